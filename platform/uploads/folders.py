"""Where bytes lie on this machine, below the uploads folder.

incoming/   files of forms that arrive; whatever is left there after a crash is swept
resumable/  uploads that come in pieces
cache/      copies of what a distant storage keeps, for the worker
bundles/    zips of whole courses, for a day at most
"""

from pathlib import Path

from django.conf import settings

from courses import arrivals


def folder(name: str) -> Path:
    path = Path(settings.UPLOADS_DIR) / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def require_room(expected_bytes: int) -> None:
    """Raises Refusal when the disk is full."""
    arrivals.require_room(folder("incoming"), expected_bytes)
