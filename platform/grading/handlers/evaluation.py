"""The evaluation of one checkpoint on a hidden split, through the grader's door; of the same file only once."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError

import grader
from grader import Job, Outcome, Progress
from grading import services
from grading.endings import Ending
from grading.handlers.backbone import Backbone, backbone_of
from grading.leases import Lease
from grading.models import Details
from grading.queries import done_before
from uploads.storage import local_copy

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 1 / 3
#: What a page that lists jobs need not read: it stands in the job's Details.
HEAVY: Final = ("metrics", "parts", "record", "gallery", "sketch", "log")
#: What a payload may leave out; the grader has the same defaults.
OPTIONAL: Final = ("convention", "configuration", "public_percent", "parts_seed", "gallery_split", "device")
#: After a progress that could not be written; each try may wait for the database as long as its timeout.
SILENCE_SECONDS = 60.0


def evaluate(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
    """Every ending of ``run_job`` is an Outcome; one that is our failure is raised, so that it is tried again.

    What was evaluated before, by whomever, under the very same conditions, is not run again, unless the payload wants
    it ``fresh``.
    """
    with local_copy(lease.job.payload["weights"]) as weights:
        return _evaluate(lease, weights, cancelled)


def _evaluate(lease: Lease, weights: Path, cancelled: Callable[[], bool]) -> Ending:
    payload = lease.job.payload
    job = job_from(payload, weights=weights, identity=f"{lease.job.pk}.{lease.job.attempt}")
    fingerprint = _fingerprint(job)
    earlier = None if payload.get("fresh") else done_before(fingerprint)
    if earlier is not None and _shows_the_same(earlier, payload):
        return _taken_over(earlier, job, fingerprint)
    outcome = grader.run_job(job, on_progress=ProgressWriter(lease), cancelled=cancelled)
    outcome = Outcome.from_json(outcome.to_json())
    if outcome.status == "failed":
        raise EvaluationFailed(outcome)
    if outcome.status == "refused":
        return Ending(outcome.status, light(outcome), log=outcome.log)
    details = {"outcome": outcome.to_json(), **_backbone(outcome, job)._asdict()}
    return Ending(outcome.status, light(outcome), log=outcome.log, details=details, fingerprint=fingerprint)


def light(outcome: Outcome) -> dict[str, Any]:
    """What the queue's row keeps of an outcome."""
    return {name: value for name, value in outcome.to_json().items() if name not in HEAVY}


def _taken_over(earlier: Details, job: Job, fingerprint: str) -> Ending:
    """The log says to instructors whose result it is; what the pair reads is what it would have read anyway.

    The published files are no condition of a result: more of them may be known by now, so they are compared anew.
    """
    outcome = Outcome.from_json({**earlier.outcome, "job": job.id})
    details = {
        "outcome": outcome.to_json(),
        **_backbone(outcome, job)._asdict(),
        "taken_from_id": earlier.taken_from_id or earlier.job_id,
    }
    line = f"the same file under the same conditions: the result of evaluation {details['taken_from_id']}"
    return Ending("done", light(outcome), log=(line, *outcome.log), details=details, fingerprint=fingerprint)


def _shows_the_same(earlier: Details, payload: Mapping[str, Any]) -> bool:
    """A fingerprint is of the figures alone: a gallery is taken over where it would be of the very same pictures."""
    return all(earlier.job.payload.get(name) == payload.get(name) for name in ("data", "gallery_split"))


def _fingerprint(job: Job) -> str:
    """Empty when it cannot be made: then the grader will say what is wrong, in its own words."""
    try:
        return grader.fingerprint(job)
    except Exception:
        logger.warning("job %s has no fingerprint", job.id, exc_info=True)
        return ""


def _backbone(outcome: Outcome, job: Job) -> Backbone:
    """Nice to know, and no reason to fail: a published file that cannot be read is in our log."""
    try:
        return backbone_of(outcome.sketch or "", job.pretrained)
    except Exception:
        logger.warning("job %s: the published files could not be compared", job.id, exc_info=True)
        return Backbone(None, None)


class EvaluationFailed(Exception):
    """The grader could not do its work and has logged why, under ``error_id``."""

    def __init__(self, outcome: Outcome) -> None:
        why = outcome.reason["en"] if outcome.reason else "see the grader's log"
        super().__init__(why)
        self.error_id = outcome.error_id
        self.log = outcome.log
        self.reason = outcome.reason


def job_from(payload: Mapping[str, Any], *, weights: Path, identity: str) -> Job:
    """The grader's job: the payload's other paths are relative to this machine's folders."""
    fields = {key: payload[key] for key in ("version", "split", "image_size", "classes", "settings", "limits")}
    fields |= {key: payload[key] for key in OPTIONAL if key in payload}
    data = Path(settings.DATASETS_DIR) / payload["data"]
    pretrained = [str(Path(settings.WEIGHTS_DIR) / name) for name in payload.get("pretrained", ())]
    paths = {"weights": str(weights), "data": str(data), "pretrained": pretrained}
    return Job.from_json({**fields, **paths, "id": identity})


@dataclass
class ProgressWriter:
    """Writes progress at most three times a second: a new stage and the end of one at once.

    A database that is locked or full costs people the moving bar, not the evaluation.
    """

    lease: Lease
    clock: Callable[[], float] = time.monotonic
    _written_at: float = field(default=float("-inf"), init=False)
    _stage: str = field(default="", init=False)
    _silent_until: float = field(default=float("-inf"), init=False)

    def __call__(self, progress: Progress) -> None:
        now = self.clock()
        is_news = progress.stage != self._stage or progress.done == progress.total
        if now < self._silent_until or (not is_news and now - self._written_at < PROGRESS_SECONDS):
            return
        self._written_at, self._stage = now, progress.stage
        try:
            services.progress(self.lease, stage=progress.stage, done=progress.done, total=progress.total)
        except DatabaseError as trouble:
            self._silent_until = self.clock() + SILENCE_SECONDS
            logger.warning("job %s: its progress cannot be written: %s", self.lease.job.pk, trouble)
