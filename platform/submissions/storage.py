"""Where uploaded bytes lie. They are counted, hashed and looked at from the first byte on, and never parsed.

incoming/          files that arrive; whatever is left there after a crash is swept
resumable/         parts of uploads that come in pieces
checkpoints/aa/…   finished files by the SHA-256 of their bytes, stored once
"""

import contextlib
import hashlib
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from courses import arrivals
from courses.arrivals import BLOCK_BYTES, FORGET_AFTER_SECONDS, LONGEST_NAME, RESERVE_BYTES, flush_folder
from submissions import refusals
from submissions.magic import HEAD_BYTES, check_head

__all__ = [
    "BLOCK_BYTES", "FORGET_AFTER_SECONDS", "LONGEST_NAME", "RESERVE_BYTES", "Incoming", "StoredUpload", "clean_name",
    "folder", "keep_file", "require_room", "store", "sweep_incoming",
]  # fmt: skip

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredUpload:
    """A whole file on our disk that nobody has handed in yet."""

    path: Path
    sha256: str
    size_bytes: int
    name: str

    def require(self, announced: object) -> None:
        """Raises Refusal unless these are the bytes whose SHA-256 (hexadecimal) the sender announced, if they did."""
        if not announced:
            return
        digest = str(announced).lower()
        if not _SHA256.fullmatch(digest):
            raise refusals.unreadable_checksum()
        if digest != self.sha256:
            raise refusals.upload_damaged()

    def discard(self) -> None:
        """Remove the bytes, unless they have moved to where they are kept."""
        self.path.unlink(missing_ok=True)


class Incoming:
    """One file that arrives. ``write`` refuses as soon as it is too large or visibly not a checkpoint.

    After a refusal nothing of it is left on disk.
    """

    def __init__(self, name: str, *, expected_bytes: int = 0) -> None:
        require_room(expected_bytes)
        self.name = clean_name(name)
        self.size_bytes = 0
        self._head = b""
        self._hash = hashlib.sha256()
        self._path = folder("incoming") / uuid.uuid4().hex
        with arrivals.refusing_when_full():
            self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, chunk: bytes) -> None:
        try:
            self.size_bytes += len(chunk)
            if self.size_bytes > settings.CHECKPOINT_LIMIT_BYTES:
                raise refusals.too_large(settings.CHECKPOINT_LIMIT_BYTES)
            if len(self._head) < HEAD_BYTES:
                self._head += chunk[: HEAD_BYTES - len(self._head)]
                if len(self._head) == HEAD_BYTES:
                    check_head(self._head)
            self._hash.update(chunk)
            with arrivals.refusing_when_full():
                self._file.write(chunk)
        except BaseException:
            self.discard()
            raise

    def close(self) -> StoredUpload:
        try:
            check_head(self._head)
            with arrivals.refusing_when_full():
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
        except BaseException:
            self.discard()
            raise
        return StoredUpload(self._path, self._hash.hexdigest(), self.size_bytes, self.name)

    def discard(self) -> None:
        with contextlib.suppress(OSError):  # on a full disk its last bytes cannot be written, and need not be
            self._file.close()
        self._path.unlink(missing_ok=True)


def keep_file(file: BinaryIO, *, name: str) -> StoredUpload:
    """Copy an open file in, as if it had been uploaded. Raises Refusal."""
    incoming = Incoming(name)
    while block := file.read(BLOCK_BYTES):
        incoming.write(block)
    return incoming.close()


def store(upload: StoredUpload) -> str:
    """Put the bytes where they are kept, once per content; returns the path relative to the uploads folder.

    They stay where they arrived too, by a second link, until ``upload.discard()``: whoever is interrupted between here
    and the row that names them can hand the upload in again. Raises Refusal when the disk is full.
    """
    relative = Path("checkpoints") / upload.sha256[:2] / upload.sha256
    target = Path(settings.UPLOADS_DIR) / relative
    with arrivals.refusing_when_full():
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (target.is_file() and target.stat().st_size == upload.size_bytes):
            _link(upload.path, target)
            flush_folder(target.parent)
    return str(relative)


def _link(path: Path, target: Path) -> None:
    """In one step: at no moment is there a target that is not whole. Moves where the file system knows no links."""
    new = target.with_name(f"{target.name}.{uuid.uuid4().hex}")
    try:
        os.link(path, new)
    except (PermissionError, NotImplementedError):
        path.replace(target)
        return
    try:
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)  # also where both were one file already: ``replace`` does nothing then


def clean_name(name: str) -> str:
    """What we show of the name somebody's computer gave the file."""
    return arrivals.clean_name(name, otherwise="checkpoint")


def require_room(expected_bytes: int) -> None:
    """Raises Refusal when the disk is full."""
    arrivals.require_room(folder("incoming"), expected_bytes)


def folder(name: str) -> Path:
    path = Path(settings.UPLOADS_DIR) / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def sweep_incoming() -> int:
    """Remove what uploads that broke off left behind; returns how many files."""
    stale = arrivals.stale_files(folder("incoming"))
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
