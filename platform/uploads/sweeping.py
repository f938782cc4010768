"""What nobody will ask for any more, removed when the site starts and while it runs."""

import contextlib
import time
from datetime import timedelta

from django.utils import timezone

from courses.arrivals import FORGET_AFTER_SECONDS
from uploads import cache, making_room, purposes
from uploads.folders import folder
from uploads.incoming import sweep_incoming
from uploads.models import StoredFile
from uploads.services import remove
from uploads.storage import sweep_keys


def sweep() -> int:
    """Remove what broke off while arriving, what no row names and what a worker made for nobody, each after a day.

    Returns how many files went.
    """
    making_room.forget_old()
    cache.forget_unused()
    forget_zips(older_than_seconds=FORGET_AFTER_SECONDS)
    return sweep_incoming() + _sweep_unclaimed() + _sweep_unnamed()


def forget_zips(*, older_than_seconds: float) -> None:
    """Of the zips of whole courses, people and all, that wait in ``bundles`` to be sent or to be decided on."""
    for path in folder("bundles").iterdir():
        with contextlib.suppress(FileNotFoundError):  # somebody else was quicker
            if time.time() - path.stat().st_mtime >= older_than_seconds:
                path.unlink()


def _sweep_unclaimed() -> int:
    oldest = timezone.now() - timedelta(seconds=FORGET_AFTER_SECONDS)
    unclaimed = list(StoredFile.objects.filter(is_claimed=False, created_at__lt=oldest))
    for stored in unclaimed:
        remove(stored)
    return len(unclaimed)


def _sweep_unnamed() -> int:
    """A process that dies between a file's place and its row leaves such a file, and so does a pair that is removed."""
    swept = 0
    for name in purposes.kept_as_files():
        known = set(StoredFile.objects.filter(purpose=name).values_list("key", flat=True))
        swept += sweep_keys(name, known)
    return swept
