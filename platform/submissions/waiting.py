"""How long an evaluation will still take: a guess from the last ones, and from its own pace once it predicts."""

from typing import Final

from django.utils import timezone

from grading.models import GradingJob
from grading.queries import position

#: The newest evaluations that a guess is made from.
REMEMBERED: Final = 10


def seconds_left(job: GradingJob) -> float | None:
    """None when there is nothing to guess from, or nothing to wait for."""
    place = position(job)
    if place is not None:
        typical = _typical_seconds()
        return None if typical is None else typical * (place + _running() / 2)
    if job.status != GradingJob.Status.RUNNING or job.started_at is None or not job.progress_done:
        return None
    pace = (timezone.now() - job.started_at).total_seconds() / job.progress_done
    return pace * (job.progress_total - job.progress_done)


def _typical_seconds() -> float | None:
    done = GradingJob.objects.filter(kind=GradingJob.Kind.EVALUATION, status=GradingJob.Status.DONE)
    times = done.order_by("-finished_at").values_list("started_at", "finished_at")[:REMEMBERED]
    seconds = sorted((ended - started).total_seconds() for started, ended in times if started and ended)
    return seconds[len(seconds) // 2] if seconds else None


def _running() -> int:
    return GradingJob.objects.filter(kind=GradingJob.Kind.EVALUATION, status=GradingJob.Status.RUNNING).count()
