"""What nobody will ask for any more, removed when the site starts."""

from pathlib import Path

from django.conf import settings

from courses.arrivals import stale_files
from submissions.models import Checkpoint
from submissions.storage import folder, sweep_incoming


def sweep() -> int:
    """Remove what broke off while arriving, and files that no row names for a day; returns how many.

    A process that dies between a file's place and its row leaves such a file, and so does a pair that is removed.
    """
    known = set(Checkpoint.objects.values_list("path", flat=True))
    root = Path(settings.UPLOADS_DIR)
    unknown = [path for path in stale_files(folder("checkpoints")) if str(path.relative_to(root)) not in known]
    for path in unknown:
        path.unlink(missing_ok=True)
    return sweep_incoming() + len(unknown)
