"""One site a data folder: two would take each other's live socket, and two builds would make the demo twice."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from config.folders import make_folders


@contextmanager
def holding_the_data_folder() -> Iterator[None]:
    """Ours until the block, or the process, ends, however it ends. Raises CommandError when another site has it."""
    make_folders()
    with (Path(settings.DATA_DIR) / "serving.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(
                f"Another site is being served or made from {settings.DATA_DIR}. Stop it first, or give this one a "
                "folder of its own with DLCV_DATA_DIR."
            ) from error
        yield
