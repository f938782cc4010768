"""Checkpoints among the uploads: what one may be, and where it is kept.

checkpoints/aa/…   finished files by the SHA-256 of their bytes, stored once
"""

from typing import BinaryIO, Final

from django.conf import settings

from courses.models import Pair
from submissions import refusals
from submissions.magic import check_head
from submissions.models import Checkpoint
from uploads import incoming, storage
from uploads.arrived import Arrived
from uploads.purposes import Purpose

CHECKPOINT: Final = Purpose(
    name="checkpoint",
    limit_bytes=lambda person: settings.CHECKPOINT_LIMIT_BYTES,
    check_head=check_head,
    may_upload=lambda person: None,
    unnamed="checkpoint",
    has_own_rows=True,
    too_large=refusals.too_large,
)


def keep_file(file: BinaryIO, *, name: str) -> Arrived:
    """Copy an open file in, as if it had been uploaded. Raises Refusal."""
    limit_bytes = settings.CHECKPOINT_LIMIT_BYTES
    return incoming.keep_file(file, purpose=CHECKPOINT, name=name, limit_bytes=limit_bytes)


def store(upload: Arrived) -> str:
    """Put the bytes where they are kept, once per content; returns their key in the site's storage.

    They stay where they arrived too, until ``upload.discard()``: whoever is interrupted between here and the row that
    names them can hand the upload in again. Raises Refusal when the disk is full.
    """
    key = f"checkpoints/{upload.sha256[:2]}/{upload.sha256}"
    storage.put(upload.path, key)
    return key


def checkpoint_bytes(pair: Pair | None) -> int:
    """What is kept of a pair's checkpoints, or of everybody's: a file that several handed in once."""
    rows = Checkpoint.objects.all() if pair is None else Checkpoint.objects.filter(pair=pair)
    return sum(size for _, size in rows.values_list("sha256", "size_bytes").distinct())
