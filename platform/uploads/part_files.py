"""The bytes of an upload that comes in pieces: one file each, named as its row is."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uploads import refusals
from uploads.folders import folder
from uploads.models import ResumableUpload


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


def remove(upload: ResumableUpload) -> None:
    part_of(upload).unlink(missing_ok=True)
    ResumableUpload.objects.filter(pk=upload.pk).delete()


def written_at(upload: ResumableUpload) -> float:
    """When its last piece came, in seconds since the epoch."""
    return written(part_of(upload))


def written(path: Path) -> float:
    """When; long ago where another request has just removed it."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0


def received(upload: ResumableUpload) -> int:
    """How many bytes have arrived, none of an upload that is gone."""
    with contextlib.suppress(FileNotFoundError):
        return part_of(upload).stat().st_size
    return 0
