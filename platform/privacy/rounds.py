"""What is swept once a day, whoever starts it."""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from privacy import overwriting, retention, sign_ins, telling
from quests import hand_in_files
from submissions import sweeping as submissions
from uploads import sweeping as uploads

logger = logging.getLogger(__name__)
SWEEPS: Final[Mapping[str, Callable[[], int]]] = {
    "last days told": telling.tell,
    "films": retention.sweep,
    "uploads": uploads.sweep,
    "checkpoints": submissions.sweep,
    "hand-ins": hand_in_files.sweep,
    "sign-ins": sign_ins.sweep,
    "forgotten": overwriting.sweep,
}


def sweep_everything() -> dict[str, int]:
    """What → how many went. A sweep that fails is logged, and the others are made."""
    swept = {}
    for what, sweep in SWEEPS.items():
        try:
            swept[what] = sweep()
        except Exception:
            logger.exception("the sweep of %s failed", what)
    return swept
