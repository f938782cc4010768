"""Uploads that come in pieces and survive a lost connection, from their beginning to the whole file."""

import os
import uuid
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.arrivals import FORGET_AFTER_SECONDS, clean_name, refusing_when_full
from uploads import making_room, purposes, refusals
from uploads.arrived import Arrived
from uploads.folders import require_room
from uploads.hashing import sha256_of
from uploads.incoming import require_bytes
from uploads.models import ResumableUpload
from uploads.part_files import part_of, still_there
from uploads.pieces import Busy, hold
from uploads.purposes import HEAD_BYTES


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
    making_room.forget_old()
    with transaction.atomic(), refusing_when_full():  # a row without its part would be no upload
        making_room.hold_all_of(owner)
        making_room.make_room(owner, concat)
        making_room.fit_in_quotas(owner, wanted, size_bytes)
        require_room(size_bytes + making_room.awaited_bytes())
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


@still_there()
def expires_at(upload: ResumableUpload) -> datetime:
    """A day after the last piece; and a week after the beginning, however slowly the pieces come."""
    written = datetime.fromtimestamp(part_of(upload).stat().st_mtime, tz=timezone.get_current_timezone())
    return min(written + timedelta(seconds=FORGET_AFTER_SECONDS), upload.created_at + making_room.LONGEST)


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
