"""How long detections will still take: a guess from the last ones' frames a second, and from a run's own pace."""

from typing import Final

from grading.models import GradingJob
from grading.queries import lanes_for
from inference.models import Run
from submissions.waiting import REMEMBERED, middle_of, rest_of, until_done

#: The stage whose pace tells the rest; before it, weights are read.
PACED: Final = "detecting"


def seconds_left(job: GradingJob, place: int | None) -> float | None:
    """None when there is nothing to guess from, nothing to wait for, or nobody who works. ``place``, while it waits."""
    typical = _typical_seconds()
    if job.status == GradingJob.Status.RUNNING:
        return rest_of(job, typical, paced=PACED)
    lanes = lanes_for(GradingJob.Kind.DETECTION)
    if place is None or typical is None or not lanes:
        return None
    running = GradingJob.objects.filter(kind=GradingJob.Kind.DETECTION, status=GradingJob.Status.RUNNING)
    rests = [rest_of(other, typical, paced=PACED) for other in running.defer("payload", "outcome", "log")]
    known = [typical if rest is None else rest for rest in rests]
    return until_done(known, place=place, lanes=lanes, typical=typical)


def _typical_seconds() -> float | None:
    done = Run.objects.filter(video__isnull=False, job__isnull=False).order_by("-job__finished_at")
    return middle_of(done.values_list("job__started_at", "job__finished_at")[:REMEMBERED])
