"""One file of a form that arrives: counted, hashed and looked at from its first byte on, and never parsed."""

import contextlib
import hashlib
import os
import uuid
from datetime import datetime
from typing import BinaryIO

from django.utils import timezone

from courses import arrivals
from courses.arrivals import BLOCK_BYTES, clean_name
from uploads import refusals
from uploads.arrived import Arrived
from uploads.folders import folder, require_room
from uploads.purposes import HEAD_BYTES, Purpose


class Incoming:
    """``write`` refuses as soon as the file is too large or visibly something else.

    After a refusal nothing of it is left on disk.
    """

    def __init__(
        self,
        purpose: Purpose,
        name: str,
        *,
        limit_bytes: int,
        expected_bytes: int = 0,
        begun_at: datetime | None = None,
    ) -> None:
        require_room(expected_bytes)
        self.purpose = purpose
        self.name = clean_name(name, otherwise=purpose.unnamed)
        self.size_bytes = 0
        self._limit_bytes = limit_bytes
        self._begun_at = begun_at or timezone.now()
        self._head = b""
        self._hash = hashlib.sha256()
        self._path = folder("incoming") / uuid.uuid4().hex
        with arrivals.refusing_when_full():
            self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, chunk: bytes) -> None:
        try:
            self.size_bytes += len(chunk)
            if self.size_bytes > self._limit_bytes:
                raise self.purpose.too_large(self._limit_bytes)
            if len(self._head) < HEAD_BYTES:
                self._head += chunk[: HEAD_BYTES - len(self._head)]
                if len(self._head) == HEAD_BYTES:
                    self.purpose.check_head(self._head)
            self._hash.update(chunk)
            with arrivals.refusing_when_full():
                self._file.write(chunk)
        except BaseException:
            self.discard()
            raise

    def close(self) -> Arrived:
        try:
            require_bytes(self.purpose, self._head)
            with arrivals.refusing_when_full():
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
        except BaseException:
            self.discard()
            raise
        return Arrived(
            self._path, self._hash.hexdigest(), self.size_bytes, self.name, self.purpose.name, begun_at=self._begun_at
        )

    def discard(self) -> None:
        with contextlib.suppress(OSError):  # on a full disk its last bytes cannot be written, and need not be
            self._file.close()
        self._path.unlink(missing_ok=True)


def require_bytes(purpose: Purpose, head: bytes) -> None:
    """Raises Refusal for a whole file that begins so; an empty one too, in the purpose's words where it has some."""
    purpose.check_head(head)
    if not head:
        raise refusals.empty_file()


def keep_file(file: BinaryIO, *, purpose: Purpose, name: str, limit_bytes: int) -> Arrived:
    """Copy an open file in, as if it had been uploaded. Raises Refusal."""
    incoming = Incoming(purpose, name, limit_bytes=limit_bytes)
    while block := file.read(BLOCK_BYTES):
        incoming.write(block)
    return incoming.close()


def sweep_incoming() -> int:
    """Remove what uploads that broke off left behind; returns how many files."""
    stale = arrivals.stale_files(folder("incoming"))
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
