"""The folders the site writes to. Made at the start of every process that may be the first."""

from pathlib import Path

from django.conf import settings


def make_folders() -> None:
    """Readable by the site's own user only: marks and uploads are nobody else's business on a shared machine."""
    Path(settings.DATA_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    ours = ("UPLOADS_DIR", "HAND_INS_DIR", "MATERIALS_DIR", "DATASETS_DIR", "WEIGHTS_DIR")
    for folder in (*(getattr(settings, name) for name in ours), spool()):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)


def spool() -> Path:
    """Where the web process keeps a request's body while it arrives: on the disk of the uploads, for the system's
    temporary folder is often memory, and small."""
    return Path(settings.UPLOADS_DIR) / "spool"
