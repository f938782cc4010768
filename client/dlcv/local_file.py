"""The file to send: its size, its SHA-256, and whether it is still the same."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from dlcv.errors import Refused
from dlcv.language import say
from dlcv.printable import one_line

BLOCK_BYTES = 2**20


class Changed(Exception):
    """Somebody, most likely a training, wrote to the file after it was looked at."""


@dataclass(frozen=True)
class LocalFile:
    path: Path
    size: int
    sha256: str
    #: When it was written, in nanoseconds: another time is another file, whatever its size.
    written_at: int

    @property
    def name(self) -> str:
        return one_line(self.path.name)

    def read(self, offset: int, length: int) -> bytes:
        """A piece. Raises Changed when the file is another one than it was."""
        with self.path.open("rb") as file:
            self._require_same(file.fileno())
            file.seek(offset)
            piece = file.read(length)
        if len(piece) != min(length, self.size - offset):
            raise Changed
        return piece

    def _require_same(self, descriptor: int) -> None:
        now = os.fstat(descriptor)
        if (now.st_size, now.st_mtime_ns) != (self.size, self.written_at):
            raise Changed


def look_at(path: Path) -> LocalFile:
    """Read the file once, to its end. Raises Refused when there is nothing to send."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise _no_file(path, say("it is no file"))
            digest = hashlib.sha256()
            for block in iter(lambda: file.read(BLOCK_BYTES), b""):
                digest.update(block)
    except OSError as error:
        raise _no_file(path, one_line(error.strerror)) from error
    if not found.st_size:
        raise Refused(
            say("{name} is empty.", name=one_line(path.name)),
            say("The training or the copy stopped before anything was written."),
            code="empty_file",
        )
    return LocalFile(path.resolve(), found.st_size, digest.hexdigest(), found.st_mtime_ns)


def _no_file(path: Path, why: str) -> Refused:
    return Refused(
        say("{name} cannot be read: {why}", name=one_line(path), why=why),
        say("A training writes it to runs/train/…/weights/best.pt."),
        code="no_file",
    )
