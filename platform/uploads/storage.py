"""The site's storage, through Django's storage API: a folder of this machine, or a bucket of an S3-compatible server.

Keys never change what they name, so a copy of a key's bytes is good for ever. Bytes are put in place whole.
"""

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone

from courses.arrivals import FORGET_AFTER_SECONDS, flush_folder, refusing_when_full
from uploads import cache
from uploads.models import StoredFile

#: File systems that know no second name for a file, and two file systems.
_NO_LINK = (errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS)


class UploadsFolder(FileSystemStorage):
    """The default storage: the uploads folder, wherever the settings have it now."""

    @property
    def base_location(self) -> str:
        return str(settings.UPLOADS_DIR)

    @property
    def location(self) -> str:
        return os.path.abspath(settings.UPLOADS_DIR)


def path_in_folder(key: str) -> Path | None:
    """Where a key's bytes lie on this machine; None where they are kept elsewhere. Raises SuspiciousFileOperation."""
    return Path(default_storage.path(key)) if _is_folder() else None


def is_distant() -> bool:
    """Whether bytes travel to where they are kept."""
    return not _is_folder()


def new_key(folder: str) -> str:
    """A name that says nothing."""
    name = uuid.uuid4().hex
    return f"{folder}/{name[:2]}/{name}"


def put(path: Path, key: str) -> None:
    """Keep a file's bytes under ``key``, whole or not at all; the file stays. Raises Refusal when the disk is full."""
    size_bytes = path.stat().st_size
    if not _is_folder():
        if not (default_storage.exists(key) and default_storage.size(key) == size_bytes):
            with path.open("rb") as file:
                default_storage.save(key, File(file))
        return
    target = Path(default_storage.path(key))
    with refusing_when_full():
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (target.is_file() and target.stat().st_size == size_bytes):
            _link(path, target)
            flush_folder(target.parent)


def delete(key: str) -> None:
    """For good: no copy stays on this machine either, whatever the storage answers."""
    if is_distant():
        cache.forget(key)
    default_storage.delete(key)


@contextmanager
def local_copy(stored: StoredFile | str) -> Iterator[Path]:
    """A file of this machine with the bytes, for as long as the block lasts; never to be written to. For workers.

    The file itself where the storage is a folder; else a copy that is kept for the next who asks. Raises
    FileNotFoundError.
    """
    key = stored if isinstance(stored, str) else stored.key
    path = path_in_folder(key)
    if path is not None:
        yield path
        return
    with cache.held(key, lambda target: _fetch(key, target)) as copy:
        yield copy


def _is_folder() -> bool:
    return isinstance(default_storage, FileSystemStorage) or isinstance(
        getattr(default_storage, "_wrapped", None), FileSystemStorage
    )


def _link(path: Path, target: Path) -> None:
    """In one step: at no moment is there a target that is not whole. Copies where the file systems know no links."""
    new = target.with_name(f"{target.name}.{uuid.uuid4().hex}")
    try:
        try:
            os.link(path, new)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            shutil.copyfile(path, new)
            _flush(new)
        new.chmod(0o600)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)  # also where both were one file already: ``replace`` does nothing then


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _fetch(key: str, target: Path) -> None:
    """From the distant storage, block by block."""
    from uploads import distant

    with target.open("wb") as file:
        for block in distant.blocks(key):
            file.write(block)


def sweep_keys(prefix: str, known: set[str]) -> int:
    """Remove what lies below ``prefix`` for more than a day under none of the ``known`` keys; returns how many."""
    oldest = timezone.now() - timedelta(seconds=FORGET_AFTER_SECONDS)
    unknown = [key for key, written_at in _keys_below(prefix) if key not in known and written_at < oldest]
    for key in unknown:
        delete(key)
    return len(unknown)


def _keys_below(prefix: str) -> Iterator[tuple[str, datetime]]:
    """With the moment each was written."""
    if not _is_folder():
        from uploads import distant

        yield from distant.keys_below(prefix)
        return
    root = Path(default_storage.path(""))
    for path in (root / prefix).rglob("*"):
        if path.is_file():
            written_at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
            yield path.relative_to(root).as_posix(), written_at
