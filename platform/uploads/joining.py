"""Parts that were sent side by side are put together to one upload: tus's concatenation."""

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.arrivals import BLOCK_BYTES, clean_name, refusing_when_full
from uploads import making_room, part_files, pieces, purposes, refusals, resumable
from uploads.folders import require_room
from uploads.incoming import require_bytes
from uploads.models import ResumableUpload
from uploads.part_files import part_of
from uploads.purposes import HEAD_BYTES, Purpose

MOST_PARTS: Final = 16


@part_files.still_there()
def join(
    *, owner: User, parts: Sequence[str], concat: str, name: str, purpose: str, announced_sha256: str
) -> ResumableUpload:
    """One finished upload of a person's finished parts, in this order; the parts are gone then.

    The same request again, by whoever did not hear our answer, is answered with the same upload. Raises Refusal, and
    the parts stay: unknown ones, one that is not finished or for something else, all together too large or visibly
    something else, no room on the disk.
    """
    known = ResumableUpload.objects.filter(owner=owner, concat=concat).first()
    if known is not None:
        return known
    if not 1 <= len(set(parts)) == len(parts) <= MOST_PARTS:
        raise refusals.unreadable_parts()
    wanted = purposes.find(purpose)
    found = [resumable.access_upload(owner, part) for part in parts]
    size_bytes = _size_of(found, wanted, owner)
    require_room(size_bytes)
    making_room.make_room(owner, concat)
    joined = ResumableUpload(
        owner=owner,
        purpose=purpose,
        name=clean_name(name, otherwise=wanted.unnamed),
        size_bytes=size_bytes,
        concat=concat,
        announced_sha256=announced_sha256,
        finished_at=timezone.now(),
    )
    try:
        joined.sha256 = _copy(found, part_of(joined), wanted)
        with transaction.atomic():
            joined.save(force_insert=True)
            # It was begun with its first part, whatever its last request was.
            ResumableUpload.objects.filter(pk=joined.pk).update(created_at=min(part.created_at for part in found))
            for part in found:
                _take_away(part)
    except BaseException:
        part_of(joined).unlink(missing_ok=True)
        raise
    joined.refresh_from_db()
    return joined


def _size_of(parts: Sequence[ResumableUpload], purpose: Purpose, owner: User) -> int:
    for part in parts:
        if not part.is_part or part.purpose != purpose.name:
            raise refusals.unreadable_parts()
        received = part_files.offset_of(part)
        if received != part.size_bytes:
            raise refusals.upload_incomplete(received, part.size_bytes)
    size_bytes = sum(part.size_bytes for part in parts)
    if size_bytes > purpose.most_bytes(owner):
        raise purpose.too_large(purpose.most_bytes(owner))
    return size_bytes


def _copy(parts: Sequence[ResumableUpload], target: Path, purpose: Purpose) -> str:
    """The bytes of all, one after the other, to ``target``; returns their SHA-256. Raises Refusal, Busy."""
    made = hashlib.sha256()
    with ExitStack() as stack:
        files = [stack.enter_context(part_of(part).open("r+b")) for part in parts]
        for file in files:
            pieces.hold(file)
        require_bytes(purpose, _head_of(files))
        with refusing_when_full(), target.open("xb") as whole:
            target.chmod(0o600)
            for file in files:
                while block := file.read(BLOCK_BYTES):
                    made.update(block)
                    whole.write(block)
    return made.hexdigest()


def _take_away(part: ResumableUpload) -> None:
    """Its bytes go on commit. Raises Busy where another request has put it together meanwhile."""
    if not ResumableUpload.objects.filter(pk=part.pk).delete()[0]:
        raise pieces.Busy


def _head_of(files: Sequence[IO[bytes]]) -> bytes:
    head = b""
    for file in files:
        head += file.read(HEAD_BYTES - len(head))
        file.seek(0)
    return head
