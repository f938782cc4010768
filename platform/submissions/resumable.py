"""Uploads that come in pieces and survive a lost connection: what the tus endpoint does, without its headers."""

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
from typing import Final, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.arrivals import refusing_when_full
from submissions import refusals
from submissions.magic import HEAD_BYTES, check_head
from submissions.models import ResumableUpload
from submissions.storage import (
    BLOCK_BYTES,
    FORGET_AFTER_SECONDS,
    StoredUpload,
    clean_name,
    folder,
    require_room,
)

#: How a piece's checksum may be made: tus asks for SHA-1, whatever it is worth.
CHECKSUMS: Final = ("sha256", "sha1")
#: Unfinished uploads a person may have; the oldest makes room for the next.
OPEN_UPLOADS: Final = 3


class OffsetConflict(Exception):
    """The piece does not begin where the last one ended; ``offset`` says where that is."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"the next byte is {offset}")
        self.offset = offset


class Busy(Exception):
    """Another request is writing to this upload."""


class Damaged(Exception):
    """The piece is not the one whose checksum came with it; nothing of it was kept."""


@dataclass(frozen=True)
class Checksum:
    """What the sender says of a piece; ``algorithm`` is one of CHECKSUMS."""

    algorithm: str
    digest: bytes


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def create(*, owner: User, name: str, size_bytes: int) -> ResumableUpload:
    """Begin an upload. Raises Refusal when it is empty or too large, or the disk is full."""
    if size_bytes > settings.CHECKPOINT_LIMIT_BYTES:
        raise refusals.too_large(settings.CHECKPOINT_LIMIT_BYTES)
    if size_bytes < 1:
        raise refusals.empty_file()
    require_room(size_bytes)
    forget_old()
    for surplus in ResumableUpload.objects.filter(owner=owner)[OPEN_UPLOADS - 1 :]:
        remove(surplus)
    with transaction.atomic(), refusing_when_full():  # a row without its part would be no upload
        upload = ResumableUpload.objects.create(owner=owner, name=clean_name(name), size_bytes=size_bytes)
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
    """A day after the last piece."""
    written = datetime.fromtimestamp(part_of(upload).stat().st_mtime, tz=timezone.get_current_timezone())
    return written + timedelta(seconds=FORGET_AFTER_SECONDS)


@still_there()
def append(upload: ResumableUpload, *, offset: int, piece: Stream, checksum: Checksum | None = None) -> int:
    """Write a piece at ``offset``; returns the new offset.

    Raises OffsetConflict, Busy, Damaged, or Refusal: a piece that goes past the announced size, that the disk has no
    room for, or that has another checksum leaves nothing behind; a file whose first bytes are no
    checkpoint's is removed.
    """
    made = hashlib.new(checksum.algorithm) if checksum else None
    with part_of(upload).open("r+b", buffering=0) as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        if part.seek(0, 2) != offset:
            raise OffsetConflict(part.tell())
        try:
            while block := piece.read(BLOCK_BYTES):
                if part.tell() + len(block) > upload.size_bytes:
                    raise refusals.too_large(upload.size_bytes)
                with refusing_when_full():
                    _write_whole(part, block)
                if made:
                    made.update(block)
            if made and checksum and made.digest() != checksum.digest:
                raise Damaged
        except BaseException:
            part.truncate(offset)
            raise
        end = part.tell()
        if offset < HEAD_BYTES <= end or (end == upload.size_bytes and offset < HEAD_BYTES):
            part.seek(0)
            _check_or_remove(upload, part.read(HEAD_BYTES))
    return end


@still_there()
def finished(upload: ResumableUpload) -> StoredUpload:
    """The whole file, hashed, ready to be handed in. Raises Refusal while bytes are missing."""
    path = part_of(upload)
    received = offset_of(upload)
    if received != upload.size_bytes:
        raise refusals.upload_incomplete(received, upload.size_bytes)
    with path.open("rb") as file:
        check_head(file.read(HEAD_BYTES))
        with refusing_when_full():
            os.fsync(file.fileno())
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return StoredUpload(path, sha256, received, upload.name)


def _write_whole(part: FileIO, block: bytes) -> None:
    """An unbuffered file may take less than it is given, and fails only at the next write."""
    rest = memoryview(block)
    while rest:
        rest = rest[part.write(rest) :]


def remove(upload: ResumableUpload) -> None:
    part_of(upload).unlink(missing_ok=True)
    upload.delete()


def forget_old() -> None:
    """Remove uploads that nobody has added to for a day, and parts that lost their row."""
    oldest = time.time() - FORGET_AFTER_SECONDS
    parts = {path.name: path.stat().st_mtime for path in folder("resumable").iterdir()}
    for upload in ResumableUpload.objects.filter(
        created_at__lt=timezone.now() - timedelta(seconds=FORGET_AFTER_SECONDS)
    ):
        if parts.get(upload.pk.hex, 0.0) < oldest:
            remove(upload)
    known = {pk.hex for pk in ResumableUpload.objects.values_list("pk", flat=True)}
    for name, written_at in parts.items():
        if name not in known and written_at < oldest:
            (folder("resumable") / name).unlink(missing_ok=True)


def _check_or_remove(upload: ResumableUpload, head: bytes) -> None:
    try:
        check_head(head)
    except Exception:
        remove(upload)
        raise
