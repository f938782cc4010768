"""Collect the static files when they have changed, and only then: a second start takes seconds."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect() -> bool:
    """True when there was something to do."""
    stamp = Path(settings.STATIC_ROOT) / "collected"
    now = fingerprint()
    if stamp.is_file() and stamp.read_text("ascii") == now:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(now, "ascii")
    return True


def fingerprint() -> str:
    """Of every static file's path, size and time, and of the storage that renames and compresses them."""
    seen = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            seen.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return seen.hexdigest()
