"""What every file that arrives has in common: room on the disk, a name that can be shown, a folder that is swept."""

import errno
import os
import shutil
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from accounts.errors import Refusal

BLOCK_BYTES: Final = 2**20
#: Room that uploads never take: the database must always be able to write.
RESERVE_BYTES: Final = 256 * 2**20
LONGEST_NAME: Final = 120
FORGET_AFTER_SECONDS: Final = 24 * 3600


def clean_name(name: str, *, otherwise: str) -> str:
    """What we show of the name somebody's computer gave the file: one line, visible characters, bounded."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in unicodedata.normalize("NFC", last) if c.isprintable()).strip(" .")
    stem, dot, extension = visible.rpartition(".")
    if dot and stem and len(extension) <= 16:
        return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"
    return visible[:LONGEST_NAME] or otherwise


def require_room(folder: Path, expected_bytes: int) -> None:
    """Raises Refusal when so many bytes more would use up the reserve."""
    if shutil.disk_usage(folder).free < expected_bytes + RESERVE_BYTES:
        raise disk_is_full()


def is_disk_full(error: BaseException | None) -> bool:
    """No room on the disk, in the user's quota, or below the limit of this process."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def refusing_when_full() -> Iterator[None]:
    """For every write of what arrives: the room may run out although ``require_room`` found enough. Raises Refusal."""
    try:
        yield
    except OSError as error:
        if is_disk_full(error):
            raise disk_is_full() from error
        raise


def disk_is_full() -> Refusal:
    return Refusal(
        "disk_is_full",
        status=507,
        reason={
            "en": "The server has no room left for this file.",
            "fr": "Le serveur n’a plus de place pour ce fichier.",
        },
        advice={
            "en": "Tell your instructor; nothing was counted against you.",
            "fr": "Prévenez votre enseignant ; rien ne vous a été compté.",
        },
    )


def stale_files(folder: Path) -> list[Path]:
    """What lies in the folder, or below it, for more than a day."""
    oldest = time.time() - FORGET_AFTER_SECONDS
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime < oldest]


def flush_folder(path: Path) -> None:
    """A rename survives a power cut only once its folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
