"""How long detections will still take: a guess from the last ones' frames a second, and from a run's own pace."""

from collections.abc import Iterable
from typing import Final

from django.utils import timezone

from grading.models import GradingJob
from grading.queries import lanes_for
from inference.models import Run
from submissions.waiting import until_done

#: The newest runs that a guess is made from.
REMEMBERED: Final = 10
#: The stage whose pace tells the rest; before it, weights are read.
PACED: Final = "detecting"


def seconds_left(job: GradingJob, place: int | None) -> float | None:
    """None when there is nothing to guess from, nothing to wait for, or nobody who works. ``place``, while it waits."""
    typical = _typical_seconds()
    if job.status == GradingJob.Status.RUNNING:
        return _rest(job, typical)
    lanes = lanes_for(GradingJob.Kind.DETECTION)
    if place is None or typical is None or not lanes:
        return None
    running = GradingJob.objects.filter(kind=GradingJob.Kind.DETECTION, status=GradingJob.Status.RUNNING)
    rests = [_rest(other, typical) for other in running.defer("payload", "outcome", "log")]
    known = [typical if rest is None else rest for rest in rests]
    return until_done(known, place=place, lanes=lanes, typical=typical)


def _rest(job: GradingJob, typical: float | None) -> float | None:
    """What a running job still needs: by its own pace, and before it has one, by what is usual."""
    if job.started_at is None:
        return typical
    elapsed = max(0.0, (timezone.now() - job.started_at).total_seconds())  # the clock may have been set back
    if elapsed and job.progress_stage == PACED and job.progress_done:
        return elapsed / job.progress_done * max(job.progress_total - job.progress_done, 0)
    return None if typical is None else max(typical - elapsed, 0.0)


def _typical_seconds() -> float | None:
    """The median of the last ones."""
    done = Run.objects.filter(video__isnull=False, job__isnull=False).order_by("-job__finished_at")
    return _median(done.values_list("job__started_at", "job__finished_at")[:REMEMBERED])


def _median(times: Iterable[tuple[object, ...]]) -> float | None:
    seconds = sorted((end - start).total_seconds() for start, end in times if start and end and start <= end)  # type: ignore[operator]
    return seconds[len(seconds) // 2] if seconds else None
