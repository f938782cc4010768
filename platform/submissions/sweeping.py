"""What nobody will ask for any more, removed when the site starts."""

from submissions.models import Checkpoint
from uploads.storage import sweep_keys


def sweep() -> int:
    """Remove checkpoints that no row names for a day; returns how many.

    A process that dies between a file's place and its row leaves such a file, and so does a pair that is removed.
    """
    return sweep_keys("checkpoints", set(Checkpoint.objects.values_list("path", flat=True)))
