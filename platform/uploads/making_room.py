"""Room for another upload: what is old is forgotten, what waits longest gives way, nobody takes more than theirs."""

import time
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import User
from courses.arrivals import FORGET_AFTER_SECONDS
from courses.models import Pair
from uploads import quotas
from uploads.folders import folder
from uploads.models import ResumableUpload
from uploads.part_files import received, remove, written, written_at
from uploads.purposes import Purpose

#: Unfinished uploads a person may have, whole ones and parts of some; the oldest makes room for the next.
OPEN_UPLOADS: Final = 12
OPEN_PARTS: Final = 48
#: Nobody keeps an early beginning for ever by a byte a day.
LONGEST: Final = timedelta(days=7)
#: An unfinished upload without a new piece for so long makes room where its owner’s quota has none.
IDLE_SECONDS: Final = 3600


def forget_old() -> None:
    """Remove uploads that nobody has added to for a day or that take a week, and parts that lost their row."""
    oldest = time.time() - FORGET_AFTER_SECONDS
    parts = {path.name: written(path) for path in folder("resumable").iterdir()}
    for upload in ResumableUpload.objects.filter(
        created_at__lt=timezone.now() - timedelta(seconds=FORGET_AFTER_SECONDS)
    ):
        if parts.get(upload.pk.hex, 0.0) < oldest or upload.created_at < timezone.now() - LONGEST:
            remove(upload)
    known = {pk.hex for pk in ResumableUpload.objects.values_list("pk", flat=True)}
    for name, seconds in parts.items():
        if name not in known and seconds < oldest:
            (folder("resumable") / name).unlink(missing_ok=True)


def awaited_bytes() -> int:
    """What the disk must still take of all that was begun."""
    return sum(upload.size_bytes - received(upload) for upload in ResumableUpload.objects.all())


def make_room(owner: User, concat: str) -> None:
    """Who begins many uploads loses those that have waited longest for their next piece, on commit."""
    parts = Q(concat="partial")
    is_part = concat == "partial"
    mine = list(ResumableUpload.objects.filter(parts if is_part else ~parts, owner=owner))
    most = OPEN_PARTS if is_part else OPEN_UPLOADS
    surplus = sorted(mine, key=written_at, reverse=True)[most - 1 :]
    ResumableUpload.objects.filter(pk__in=[upload.pk for upload in surplus]).delete()  # their bytes go on commit


def hold_all_of(owner: User) -> None:
    """Many begun at once must not all find the last room free: whoever counts holds the person and their pairs."""
    list(Pair.objects.select_for_update(of=("self",)).filter(members=owner).order_by("pk"))
    User.objects.select_for_update().get(pk=owner.pk)


def fit_in_quotas(owner: User, purpose: Purpose, size_bytes: int) -> None:
    """Of a person's own uploads, those that nobody continues make room first, where that is enough. Raises Refusal."""
    try:
        quotas.require_quotas(owner, purpose, size_bytes)
    except Refusal:
        idle_since = time.time() - IDLE_SECONDS
        idle = [one.pk for one in ResumableUpload.objects.filter(owner=owner) if written_at(one) < idle_since]
        if not idle:
            raise
        ResumableUpload.objects.filter(pk__in=idle).delete()
        quotas.require_quotas(owner, purpose, size_bytes)
