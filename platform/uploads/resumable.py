"""Uploads that come in pieces and survive a lost connection: what the tus endpoint does, without its headers."""

import contextlib
import fcntl
import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import IO, Any, Final, Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import User
from courses.arrivals import BLOCK_BYTES, FORGET_AFTER_SECONDS, clean_name, refusing_when_full
from courses.models import Pair
from uploads import purposes, refusals
from uploads.arrived import Arrived
from uploads.folders import folder, require_room
from uploads.hashing import running, sha256_of
from uploads.incoming import require_bytes
from uploads.models import ResumableUpload
from uploads.purposes import HEAD_BYTES, Purpose
from uploads.quotas import require_quotas

#: How a piece's checksum may be made: tus asks for SHA-1, whatever it is worth.
CHECKSUMS: Final = ("sha256", "sha1")
#: Unfinished uploads a person may have, whole ones and parts of some; the oldest makes room for the next.
OPEN_UPLOADS: Final = 12
OPEN_PARTS: Final = 48
#: Nobody keeps an early beginning for ever by a byte a day.
LONGEST: Final = timedelta(days=7)
#: An unfinished upload without a new piece for so long makes room where its owner’s quota has none.
IDLE_SECONDS: Final = 3600


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


def create(
    *,
    owner: User,
    name: str,
    size_bytes: int,
    purpose: str = "checkpoint",
    concat: str = "",
    announced_sha256: str = "",
) -> ResumableUpload:
    """Begin an upload. Raises Refusal when it is empty or too large, or there is no room for it; Http404 as its
    purpose does."""
    wanted = purposes.find(purpose)
    wanted.may_upload(owner)
    if size_bytes > wanted.most_bytes(owner):
        raise wanted.too_large(wanted.most_bytes(owner))
    if size_bytes < 1:
        require_bytes(wanted, b"")
    forget_old()
    with transaction.atomic(), refusing_when_full():  # a row without its part would be no upload
        _hold_all_of(owner)
        make_room(owner, concat)
        _require_quotas(owner, wanted, size_bytes)
        require_room(size_bytes + awaited_bytes())
        upload = ResumableUpload.objects.create(
            owner=owner,
            purpose=purpose,
            name=clean_name(name, otherwise=wanted.unnamed),
            size_bytes=size_bytes,
            concat=concat,
            announced_sha256=announced_sha256,
        )
        part_of(upload).touch(mode=0o600)
    return upload


def access_upload(user: User, identity: object) -> ResumableUpload:
    """A person's own upload; anybody else's does not exist. Raises Refusal (404)."""
    try:
        key = uuid.UUID(str(identity))
        upload = ResumableUpload.objects.get(pk=key, owner=user)
    except (ValueError, ValidationError, ResumableUpload.DoesNotExist) as error:
        raise refusals.upload_unknown() from error
    if not part_of(upload).exists():
        raise refusals.upload_unknown()
    return upload


@contextmanager
def still_there() -> Iterator[None]:
    """Another request may hand the upload in, or remove it, while we look at it: it is unknown then. Raises Refusal."""
    try:
        yield
    except FileNotFoundError as error:
        raise refusals.upload_unknown() from error


def part_of(upload: ResumableUpload) -> Path:
    return folder("resumable") / upload.pk.hex


@still_there()
def offset_of(upload: ResumableUpload) -> int:
    """How many bytes have arrived."""
    return part_of(upload).stat().st_size


@still_there()
def expires_at(upload: ResumableUpload) -> datetime:
    """A day after the last piece; and a week after the beginning, however slowly the pieces come."""
    written = datetime.fromtimestamp(part_of(upload).stat().st_mtime, tz=timezone.get_current_timezone())
    return min(written + timedelta(seconds=FORGET_AFTER_SECONDS), upload.created_at + LONGEST)


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


@still_there()
def finished(upload: ResumableUpload) -> Arrived:
    """The whole file, hashed, ready to be handed in. Raises Refusal while bytes are missing or may still be taken back,
    or when it is not what its sender had announced."""
    if upload.is_part:
        raise refusals.only_a_part()
    path = part_of(upload)
    with path.open("rb") as file:
        received = os.fstat(file.fileno()).st_size
        if received != upload.size_bytes:
            raise refusals.upload_incomplete(received, upload.size_bytes)
        # All may be there of a last piece whose checksum is still awaited: it is cut off again when that is wrong.
        try:
            hold(file)
        except Busy as error:
            raise refusals.still_arriving() from error
        require_bytes(purposes.find(upload.purpose), file.read(HEAD_BYTES))
        with refusing_when_full():
            os.fsync(file.fileno())
    arrived = Arrived(
        path,
        upload.sha256 or sha256_of(path),
        received,
        upload.name,
        upload.purpose,
        begun_at=upload.created_at,
        arrived_at=upload.finished_at or timezone.now(),
        upload=upload,
    )
    arrived.require(upload.announced_sha256)
    return arrived


def hold(part: IO[bytes]) -> None:
    """Until it is closed nobody writes to it; and nobody hands it in, where it was opened for writing. A file that was
    not cannot be locked for oneself alone on a network's disk. Raises Busy.
    """
    try:
        fcntl.flock(part, (fcntl.LOCK_EX if part.writable() else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Busy from error


def remove(upload: ResumableUpload) -> None:
    part_of(upload).unlink(missing_ok=True)
    ResumableUpload.objects.filter(pk=upload.pk).delete()


def forget_old() -> None:
    """Remove uploads that nobody has added to for a day or that take a week, and parts that lost their row."""
    oldest = time.time() - FORGET_AFTER_SECONDS
    parts = {path.name: _written(path) for path in folder("resumable").iterdir()}
    for upload in ResumableUpload.objects.filter(
        created_at__lt=timezone.now() - timedelta(seconds=FORGET_AFTER_SECONDS)
    ):
        if parts.get(upload.pk.hex, 0.0) < oldest or upload.created_at < timezone.now() - LONGEST:
            remove(upload)
    known = {pk.hex for pk in ResumableUpload.objects.values_list("pk", flat=True)}
    for name, written_at in parts.items():
        if name not in known and written_at < oldest:
            (folder("resumable") / name).unlink(missing_ok=True)


def awaited_bytes() -> int:
    """What the disk must still take of all that was begun."""
    return sum(upload.size_bytes - _received(upload) for upload in ResumableUpload.objects.all())


def make_room(owner: User, concat: str) -> None:
    """Who begins many uploads loses those that have waited longest for their next piece, on commit."""
    parts = Q(concat="partial")
    is_part = concat == "partial"
    mine = list(ResumableUpload.objects.filter(parts if is_part else ~parts, owner=owner))
    most = OPEN_PARTS if is_part else OPEN_UPLOADS
    surplus = sorted(mine, key=_written_at, reverse=True)[most - 1 :]
    ResumableUpload.objects.filter(pk__in=[upload.pk for upload in surplus]).delete()  # their bytes go on commit


def _hold_all_of(owner: User) -> None:
    """Many begun at once must not all find the last room free: whoever counts holds the person and their pairs."""
    list(Pair.objects.select_for_update(of=("self",)).filter(members=owner).order_by("pk"))
    User.objects.select_for_update().get(pk=owner.pk)


def _require_quotas(owner: User, purpose: Purpose, size_bytes: int) -> None:
    """Of a person's own uploads, those that nobody continues make room first, where that is enough. Raises Refusal."""
    try:
        require_quotas(owner, purpose, size_bytes)
    except Refusal:
        idle_since = time.time() - IDLE_SECONDS
        idle = [one.pk for one in ResumableUpload.objects.filter(owner=owner) if _written_at(one) < idle_since]
        if not idle:
            raise
        ResumableUpload.objects.filter(pk__in=idle).delete()
        require_quotas(owner, purpose, size_bytes)


def _written_at(upload: ResumableUpload) -> float:
    return _written(part_of(upload))


def _written(path: Path) -> float:
    """When; long ago where another request has just removed it."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0


def _received(upload: ResumableUpload) -> int:
    with contextlib.suppress(FileNotFoundError):
        return part_of(upload).stat().st_size
    return 0


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
