"""Copies of what a distant storage keeps, in a folder of bounded size: the least recently used ones make room.

A copy goes with its file where that is removed, and after a day without use on every other machine.

A copy that is held is locked (flock, shared), so that no other process of this machine takes it away.
"""

import contextlib
import fcntl
import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from courses.arrivals import FORGET_AFTER_SECONDS
from uploads.folders import folder


@contextmanager
def held(key: str, fetch: Callable[[Path], None]) -> Iterator[Path]:
    """The copy of a key's bytes; fetched first, once, when there is none."""
    path = _path(key)
    while True:
        if not path.exists():
            _fill(path, fetch)
        try:
            file = path.open("rb")
        except FileNotFoundError:  # somebody made room with it just now
            continue
        with file:
            fcntl.flock(file, fcntl.LOCK_SH)
            if not path.exists():
                continue
            os.utime(path)
            yield path
            return


def forget(key: str) -> None:
    """Its file is gone: so is the copy, whoever reads it just now."""
    _path(key).unlink(missing_ok=True)


def forget_unused() -> int:
    """Remove what nobody has read for a day, and what broke off while it was fetched; returns how many went."""
    oldest = time.time() - FORGET_AFTER_SECONDS
    unused = [path for path in (Path(settings.UPLOADS_DIR) / "cache").glob("*") if _used_at(path) < oldest]
    return sum(_remove_unless_held(path) for path in unused)


def _path(key: str) -> Path:
    return folder("cache") / hashlib.sha256(key.encode()).hexdigest()


def _fill(path: Path, fetch: Callable[[Path], None]) -> None:
    """Two who fetch the same at once both bring it whole; the second replaces the first."""
    new = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        fetch(new)
        _make_room(path.parent, new.stat().st_size)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _make_room(cache: Path, more_bytes: int) -> None:
    copies = sorted((path for path in cache.iterdir() if len(path.name) == 64), key=_used_at)
    excess = sum(_size(path) for path in copies) + more_bytes - settings.STORAGE_CACHE_BYTES
    for path in copies:
        if excess <= 0:
            return
        size = _size(path)
        if _remove_unless_held(path):
            excess -= size


def _remove_unless_held(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
        return True
    return False


def _used_at(path: Path) -> float:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0
