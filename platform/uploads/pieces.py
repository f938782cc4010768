"""One piece of an upload is written: in its place, whole where it has a checksum, and within what was announced."""

import fcntl
import hashlib
from dataclasses import dataclass
from io import FileIO
from typing import IO, Any, Final, Protocol

from django.utils import timezone

from courses.arrivals import BLOCK_BYTES, refusing_when_full
from uploads import purposes, refusals
from uploads.hashing import running
from uploads.incoming import require_bytes
from uploads.models import ResumableUpload
from uploads.part_files import part_of, remove, still_there
from uploads.purposes import HEAD_BYTES

#: How a piece's checksum may be made: tus asks for SHA-1, whatever it is worth.
CHECKSUMS: Final = ("sha256", "sha1")


class OffsetConflict(Exception):
    """The piece does not begin where the last one ended; ``offset`` says where that is."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"the next byte is {offset}")
        self.offset = offset


class Busy(Exception):
    """Another request is writing to this upload."""


class BrokenOff(Exception):
    """The sender went away in the middle of a piece; without a checksum, what had arrived of it stays."""


class Damaged(Exception):
    """The piece is not the one whose checksum came with it; nothing of it was kept."""


@dataclass(frozen=True)
class Checksum:
    """What the sender says of a piece; ``algorithm`` is one of CHECKSUMS."""

    algorithm: str
    digest: bytes


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


@still_there()
def append(upload: ResumableUpload, *, offset: int, piece: Stream, checksum: Checksum | None = None) -> int:
    """Write a piece at ``offset``; returns the new offset. Of a piece that breaks off, what arrived stays.

    Raises OffsetConflict, Busy, Damaged, or Refusal: a piece that goes past the announced size, that the disk has no
    room for, or that came with a checksum and is not whole leaves nothing behind; a file whose first bytes are
    something else's than its purpose takes is removed.
    """
    with part_of(upload).open("r+b", buffering=0) as part:
        hold(part)
        if part.seek(0, 2) != offset:
            raise OffsetConflict(part.tell())
        made = None if upload.is_part else running.take(upload.pk.hex, offset)
        try:
            _write(upload, part, piece, made, checksum)
        except BrokenOff:
            if checksum is None:  # with one nothing stayed, and the hash has gone too far
                _settle(upload, part, offset, made)
            raise
        _settle(upload, part, offset, made)
        return part.tell()


def hold(part: IO[bytes]) -> None:
    """Until it is closed nobody writes to it; and nobody hands it in, where it was opened for writing. A file that was
    not cannot be locked for oneself alone on a network's disk. Raises Busy.
    """
    try:
        fcntl.flock(part, (fcntl.LOCK_EX if part.writable() else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Busy from error


def _write(upload: ResumableUpload, part: FileIO, piece: Stream, made: Any, checksum: Checksum | None) -> None:
    """What must not stay of the piece is gone when this raises; ``made`` is then worth nothing, but for BrokenOff."""
    offset = part.tell()
    sum_of_piece = hashlib.new(checksum.algorithm) if checksum else None
    try:
        while block := _read(piece):
            if part.tell() + len(block) > upload.size_bytes:
                raise refusals.more_than_announced(upload.size_bytes)
            with refusing_when_full():
                _write_whole(part, block)
            for known in (made, sum_of_piece):
                if known is not None:
                    known.update(block)
        if checksum and sum_of_piece and sum_of_piece.digest() != checksum.digest:
            raise Damaged
    except BaseException as error:
        if checksum or not isinstance(error, BrokenOff):
            part.truncate(offset)
            part.seek(offset)
        raise


def _read(piece: Stream) -> bytes:
    try:
        return piece.read(BLOCK_BYTES)
    except OSError as error:
        raise BrokenOff from error


def _settle(upload: ResumableUpload, part: FileIO, offset: int, made: Any) -> None:
    """Look at the head as soon as it is there, and note the end. Raises Refusal, and the upload is gone."""
    end = part.tell()
    is_whole = end == upload.size_bytes
    if offset < HEAD_BYTES and (end >= HEAD_BYTES or is_whole) and not upload.is_part:
        part.seek(0)
        _check_or_remove(upload, part.read(HEAD_BYTES))
        part.seek(end)
    if made is not None and not is_whole:
        running.put(upload.pk.hex, end, made)
    if is_whole:
        upload.sha256 = made.hexdigest() if made is not None else ""
        upload.finished_at = timezone.now()
        ResumableUpload.objects.filter(pk=upload.pk).update(sha256=upload.sha256, finished_at=upload.finished_at)


def _write_whole(part: FileIO, block: bytes) -> None:
    """An unbuffered file may take less than it is given, and fails only at the next write."""
    rest = memoryview(block)
    while rest:
        rest = rest[part.write(rest) :]


def _check_or_remove(upload: ResumableUpload, head: bytes) -> None:
    try:
        require_bytes(purposes.find(upload.purpose), head)
    except Exception:
        remove(upload)
        raise
