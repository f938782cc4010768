"""The answer key of one question: the real model is run once, all pairs share what it said."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

import grader
from grading.endings import VERSION, Ending
from grading.leases import Lease


def make_answer_key(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
    """A model cannot be stopped half-way, and does not take long: ``cancelled`` is not asked."""
    payload = lease.job.payload
    weights = None if payload["weights"] is None else Path(settings.WEIGHTS_DIR) / payload["weights"]
    key = grader.make_answer_key(payload["question"], weights=weights, materials=Path(settings.MATERIALS_DIR))
    outcome = {"version": VERSION, "status": "done", "collides": key.collides}
    return Ending("done", outcome, log=tuple(key.notes), answer_key=key.to_json())
