"""A file in pieces to ``/uploads/`` (tus 1.0), whatever happens to the connection, the server or this program.

Each piece goes with its SHA-256 and counts once it has arrived whole; after every failure the server is asked how far
it is. Pieces grow while all goes well and shrink when it does not, so that a bad line still carries some.
"""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Callable

from dlcv.errors import Broken, Failed, Refused
from dlcv.language import say
from dlcv.local_file import LocalFile
from dlcv.transport import Answer, Server
from dlcv.unfinished import Unfinished, is_upload_id

#: The first is small: what is no checkpoint is refused before much of it has travelled.
FIRST_PIECE_BYTES = 256 * 2**10
SMALLEST_PIECE_BYTES = 64 * 2**10
LARGEST_PIECE_BYTES = 8 * 2**20

_TUS = {"Tus-Resumable": "1.0.0"}
_CONFLICT, _CHECKSUM_MISMATCH, _GONE = 409, 460, (404, 410)

Progress = Callable[[int], None]


class Upload:
    """One file on its way. ``progress`` is told how many bytes have left so far."""

    def __init__(self, server: Server, file: LocalFile, progress: Progress) -> None:
        self.server = server
        self.file = file
        self.progress = progress
        self.memory = Unfinished(server.account.url, file)
        self.piece_bytes = FIRST_PIECE_BYTES
        self.was_resumed = False

    def run(self) -> str:
        """Send what is missing; returns the upload's id. Raises Stopped, or Changed when the file is another one."""
        self._drop_outdated()
        identity = self.memory.recall()
        offset = None if identity else 0
        while True:
            try:
                if not identity:
                    identity, offset = self._begin(), 0
                if offset is None:
                    offset = self._ask_offset(identity)
                if offset is not None and self._send_all(identity, offset):
                    return identity
                identity = ""  # it expired, or made room for another one
                raise Broken(say("The server has forgotten what was sent: it starts anew."))
            except Broken as error:
                self.piece_bytes = max(SMALLEST_PIECE_BYTES, self.piece_bytes // 2)
                offset = None
                self.server.patience.after(error)

    def discard(self, identity: str) -> None:
        """Tell the server that nobody will go on with it. Whether it hears that does not matter."""
        self.memory.forget()
        try:
            self.server.once("DELETE", f"/uploads/{identity}", headers=_TUS, also=_GONE)
        except (Failed, Refused):
            return

    def _drop_outdated(self) -> None:
        outdated = self.memory.outdated()
        if outdated:
            self.discard(outdated)

    def _begin(self) -> str:
        name = base64.b64encode(self.file.path.name.encode("utf-8", "replace")).decode()
        headers = {**_TUS, "Upload-Length": str(self.file.size), "Upload-Metadata": f"filename {name}"}
        answer = self.server.once("POST", "/uploads/", headers=headers)
        # The id alone counts: an address in an answer does not decide where the token goes next.
        identity = answer.headers.get("Location", "").rstrip("/").rsplit("/", 1)[-1]
        if not is_upload_id(identity):
            raise Failed(say("The server did not say where to send the file."), code="unexpected")
        self.memory.keep(identity)
        return identity

    def _ask_offset(self, identity: str) -> int | None:
        answer = self.server.once("HEAD", f"/uploads/{identity}", headers=_TUS, also=_GONE)
        if answer.status in _GONE:
            return None
        if answer.headers.get("Upload-Length") != str(self.file.size):
            return None
        offset = self._offset(answer)
        self.was_resumed = self.was_resumed or offset > 0
        self.progress(offset)
        return offset

    def _send_all(self, identity: str, offset: int) -> bool:
        """False when the server knows the upload no more."""
        while offset < self.file.size:
            answer = self._send(identity, offset)
            if answer.status in _GONE:
                return False
            if answer.status == _CHECKSUM_MISMATCH:
                raise Broken(say("A piece was damaged on its way."), status=answer.status)
            there = self._offset(answer)
            if answer.status == _CONFLICT and there <= offset:
                raise Broken(say("The server has less of the file than it had said."), status=answer.status)
            if there > offset:
                self.server.patience.progress()
                self.piece_bytes = min(LARGEST_PIECE_BYTES, self.piece_bytes * 2)
            offset = there
            self.progress(offset)
        return True

    def _send(self, identity: str, offset: int) -> Answer:
        piece = self.file.read(offset, self.piece_bytes)
        checksum = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        return self.server.once(
            "PATCH",
            f"/uploads/{identity}",
            piece=_Counted(piece, lambda sent: self.progress(offset + sent)),
            headers={
                **_TUS,
                "Upload-Offset": str(offset),
                "Upload-Checksum": f"sha256 {checksum}",
                "Content-Type": "application/offset+octet-stream",
            },
            also=(_CONFLICT, _CHECKSUM_MISMATCH, *_GONE),
        )

    def _offset(self, answer: Answer) -> int:
        said = answer.headers.get("Upload-Offset", "")
        if not said.isdecimal() or len(said) > 15 or int(said) > self.file.size:
            raise Failed(say("The server did not say how much of the file it has."), code="unexpected")
        return int(said)


class _Counted(io.BytesIO):
    """A piece that tells how much of it was taken."""

    def __init__(self, piece: bytes, told: Progress) -> None:
        super().__init__(piece)
        self._told = told

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        self._told(self.tell())
        return block
