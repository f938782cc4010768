"""How long an evaluation will still take: a guess from the last ones, and from its own pace once it predicts."""

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.utils import timezone

from grading.models import Details, GradingJob
from grading.queries import lanes_for, position

#: The newest evaluations that a guess is made from.
REMEMBERED: Final = 10
#: The stage whose pace tells the rest.
PACED: Final = "predicting"


def seconds_left(job: GradingJob, place: int | None = None) -> float | None:
    """None when there is nothing to guess from, nothing to wait for, or nobody who works. ``place``, where known."""
    place = place or position(job)
    if place is None:
        is_running = job.status == GradingJob.Status.RUNNING
        return rest_of(job, _typical_seconds(job.kind)) if is_running else None
    typical, lanes = _typical_seconds(job.kind), lanes_for(job.kind)
    if typical is None or not lanes:
        return None
    running = GradingJob.objects.filter(kind=job.kind, status=GradingJob.Status.RUNNING).defer("outcome", "log")
    rests = [typical if (rest := rest_of(other, typical)) is None else rest for other in running]
    return until_done(rests, place=place, lanes=lanes, typical=typical)


def until_done(rests: Sequence[float], *, place: int, lanes: int, typical: float) -> float:
    """Seconds until the job at this place of the queue is done. Pure.

    ``rests`` are what the running ones still need; each of ``lanes`` takes the next job when it is free, and every
    waiting job takes ``typical`` seconds.
    """
    lanes = max(lanes, len(rests), 1)
    free_at = [*rests, *[0.0] * (lanes - len(rests))]
    heapq.heapify(free_at)
    for _ in range(place):
        done_at = heapq.heappop(free_at) + typical
        heapq.heappush(free_at, done_at)
    return done_at


def rest_of(job: GradingJob, typical: float | None, *, paced: str = PACED) -> float | None:
    """What a running job still needs: by its own pace in the stage ``paced``, and before it by what is usual."""
    if job.started_at is None:
        return typical
    elapsed = max(0.0, (timezone.now() - job.started_at).total_seconds())  # the clock may have been set back
    if elapsed and job.progress_stage == paced and job.progress_done:
        return elapsed / job.progress_done * max(job.progress_total - job.progress_done, 0)
    return None if typical is None else max(typical - elapsed, 0.0)


def middle_of(times: Iterable[tuple[datetime | None, datetime | None]]) -> float | None:
    """The median of how many seconds lie between beginning and end; None where there is none."""
    seconds = sorted((end - start).total_seconds() for start, end in times if start and end and start <= end)
    return seconds[len(seconds) // 2] if seconds else None


def _typical_seconds(kind: str) -> float | None:
    """Of the last ones that were run: a result that was taken over took no time, and says nothing."""
    done = GradingJob.objects.filter(kind=kind, status=GradingJob.Status.DONE)
    taken = Details.objects.filter(taken_from__isnull=False).values("job")
    times = done.exclude(pk__in=taken).order_by("-finished_at").values_list("started_at", "finished_at")
    return middle_of(times[:REMEMBERED])
