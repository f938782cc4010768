"""The evaluation of one checkpoint on a hidden split, through the grader's door."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

import grader
from grader import Job, Outcome, Progress
from grading import services
from grading.endings import Ending
from grading.leases import Lease

PROGRESS_SECONDS = 1 / 3


def evaluate(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
    """Every ending of ``run_job`` is an Outcome; one that is our failure is raised, so that it is tried again."""
    job = job_from(lease.job.payload, identity=f"{lease.job.pk}.{lease.job.attempt}")
    outcome = grader.run_job(job, on_progress=ProgressWriter(lease), cancelled=cancelled)
    outcome = Outcome.from_json(outcome.to_json())
    if outcome.status == "failed":
        raise EvaluationFailed(outcome)
    return Ending(outcome.status, outcome.to_json(), log=outcome.log)


class EvaluationFailed(Exception):
    """The grader could not do its work and has logged why, under ``error_id``."""

    def __init__(self, outcome: Outcome) -> None:
        why = outcome.reason["en"] if outcome.reason else "see the grader's log"
        super().__init__(why)
        self.error_id = outcome.error_id
        self.log = outcome.log
        self.reason = outcome.reason


def job_from(payload: Mapping[str, Any], *, identity: str) -> Job:
    """The grader's job: the payload's paths are relative to this machine's folders."""
    fields = {key: payload[key] for key in ("version", "split", "image_size", "classes", "settings", "limits")}
    weights = Path(settings.UPLOADS_DIR) / payload["weights"]
    data = Path(settings.DATASETS_DIR) / payload["data"]
    return Job.from_json({**fields, "id": identity, "weights": str(weights), "data": str(data)})


@dataclass
class ProgressWriter:
    """Writes progress at most three times a second: a new stage and the end of one at once."""

    lease: Lease
    clock: Callable[[], float] = time.monotonic
    _written_at: float = field(default=float("-inf"), init=False)
    _stage: str = field(default="", init=False)

    def __call__(self, progress: Progress) -> None:
        now = self.clock()
        is_news = progress.stage != self._stage or progress.done == progress.total
        if not is_news and now - self._written_at < PROGRESS_SECONDS:
            return
        self._written_at, self._stage = now, progress.stage
        services.progress(self.lease, stage=progress.stage, done=progress.done, total=progress.total)
