"""What people ask about the queue."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from grading.models import GradingJob, Worker


def position(job: GradingJob) -> int | None:
    """The job's place among those that wait for the same lane, 1 for the next one; None when it does not wait."""
    if job.status != GradingJob.Status.QUEUED:
        return None
    before = Q(priority__gt=job.priority) | Q(priority=job.priority, pk__lt=job.pk)
    return 1 + GradingJob.objects.filter(before, kind=job.kind, status=GradingJob.Status.QUEUED).count()


def positions(jobs: Iterable[GradingJob]) -> dict[int, int]:
    """Places of those of these evaluations that wait, in one query however many there are."""
    if not any(job.status == GradingJob.Status.QUEUED for job in jobs):
        return {}
    waiting = GradingJob.objects.filter(kind=GradingJob.Kind.EVALUATION, status=GradingJob.Status.QUEUED)
    in_order = waiting.order_by("-priority", "pk").values_list("pk", flat=True)
    return {pk: place for place, pk in enumerate(in_order, start=1)}


def worker_is_alive() -> bool:
    """Has any worker been heard of within a lease's time?"""
    return Worker.objects.filter(seen_at__gte=timezone.now() - timedelta(seconds=settings.LEASE_SECONDS)).exists()


def queue_lengths() -> dict[str, int]:
    """How many jobs of each kind wait or run, for the status page."""
    unfinished = GradingJob.objects.filter(status__in=[GradingJob.Status.QUEUED, GradingJob.Status.RUNNING])
    counts = {kind.value: 0 for kind in GradingJob.Kind}
    return counts | dict(unfinished.order_by().values_list("kind").annotate(Count("pk")))


def is_empty(kinds: Iterable[str]) -> bool:
    """Nothing of these kinds waits."""
    return not GradingJob.objects.filter(status=GradingJob.Status.QUEUED, kind__in=list(kinds)).exists()
