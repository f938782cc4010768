"""What people ask about the queue."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from grading.models import Details, GradingJob, Worker


def position(job: GradingJob) -> int | None:
    """The job's place among those that wait for the same lane, 1 for the next one; None when it does not wait."""
    if job.status != GradingJob.Status.QUEUED:
        return None
    before = Q(priority__gt=job.priority) | Q(priority=job.priority, pk__lt=job.pk)
    return 1 + GradingJob.objects.filter(before, kind=job.kind, status=GradingJob.Status.QUEUED).count()


def positions(jobs: Iterable[GradingJob]) -> dict[int, int]:
    """Places of those of these jobs that wait, each in its lane, in one query however many there are."""
    kinds = {job.kind for job in jobs if job.status == GradingJob.Status.QUEUED}
    if not kinds:
        return {}
    waiting = GradingJob.objects.filter(kind__in=kinds, status=GradingJob.Status.QUEUED)
    places: dict[int, int] = {}
    lanes: Counter[str] = Counter()
    for pk, kind in waiting.order_by("-priority", "pk").values_list("pk", "kind"):
        lanes[kind] += 1
        places[pk] = lanes[kind]
    return places


def worker_is_alive() -> bool:
    """Has any worker been heard of within a lease's time?"""
    return _alive().exists()


def files_are_taken() -> bool:
    """Does any living worker open what pairs send? Where not, people read that their place is kept."""
    return _alive().filter(trouble__isnull=True).exists()


def troubles() -> list[dict[str, str]]:
    """Why living workers open no stranger's file now: each reason once, in fr and en."""
    said = _alive().values_list("trouble", flat=True)
    unique = {json.dumps(trouble, sort_keys=True): trouble for trouble in said if trouble}
    return list(unique.values())


def lanes_for(kind: str) -> int:
    """How many jobs of this kind can run at once: one a worker that takes them."""
    alive = _alive()
    return alive.filter(has_gpu=True).count() if kind == GradingJob.Kind.EVALUATION_GPU else alive.count()


def done_before(fingerprint: str) -> Details | None:
    """The whole result of an evaluation of the very same: file, data, measures and rules. The newest one."""
    done = Details.objects.filter(job__fingerprint=fingerprint, job__status=GradingJob.Status.DONE)
    return done.order_by("-pk").first() if fingerprint else None


def _alive() -> QuerySet[Worker]:
    """A row of the future was written before the clock was set back."""
    now, lease = timezone.now(), timedelta(seconds=settings.LEASE_SECONDS)
    return Worker.objects.filter(seen_at__range=(now - lease, now + lease))


def queue_lengths() -> dict[str, int]:
    """How many jobs of each kind wait or run, for the status page."""
    unfinished = GradingJob.objects.filter(status__in=[GradingJob.Status.QUEUED, GradingJob.Status.RUNNING])
    counts = {kind.value: 0 for kind in GradingJob.Kind}
    return counts | dict(unfinished.order_by().values_list("kind").annotate(Count("pk")))


def lanes() -> list[dict[str, Any]]:
    """For the status page, each kind of work: ``{"kind", "queued", "running", "workers"}``, most urgent kinds first."""
    counts = {
        (kind, status): count
        for kind, status, count in GradingJob.objects.filter(
            status__in=[GradingJob.Status.QUEUED, GradingJob.Status.RUNNING]
        )
        .order_by()
        .values_list("kind", "status")
        .annotate(Count("pk"))
    }
    return [
        {
            "kind": kind.value,
            "queued": counts.get((kind.value, "queued"), 0),
            "running": counts.get((kind.value, "running"), 0),
            "workers": lanes_for(kind),
        }
        for kind in GradingJob.Kind
    ]


def is_empty(kinds: Iterable[str]) -> bool:
    """Nothing of these kinds waits."""
    return not GradingJob.objects.filter(status=GradingJob.Status.QUEUED, kind__in=list(kinds)).exists()
