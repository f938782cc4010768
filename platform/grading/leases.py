"""Who holds which job, and until when.

A worker takes a job by one conditional UPDATE and counts the rows it changed: of two that want the same job,
exactly one changes a row. The UPDATE writes a token that is never used again; every later write names it, so
a worker that lost its lease writes nothing. Whoever finds a lease that ran out puts the job back in the
queue, its attempt counted.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from grading.models import GradingJob

Status = GradingJob.Status


@dataclass(frozen=True)
class Lease:
    """One attempt at one job. ``lost`` is set when somebody else may have it: stop, nothing can be written any more."""

    job: GradingJob
    token: str
    lost: Event = field(default_factory=Event, compare=False)


def held(lease: Lease) -> QuerySet[GradingJob]:
    """The job's row if the lease is still ours, else nothing: every write of a worker starts here."""
    return GradingJob.objects.filter(pk=lease.job.pk, status=Status.RUNNING, lease_token=lease.token)


def until(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def claim(*, worker: str, kinds: Collection[str]) -> Lease | None:
    """Take the next queued job of these kinds: highest priority first, then the oldest. None when there is none."""
    queued = GradingJob.objects.filter(status=Status.QUEUED, kind__in=kinds).order_by("-priority", "pk")
    while (pk := queued.values_list("pk", flat=True).first()) is not None:
        now = timezone.now()
        token = f"{worker}:{secrets.token_hex(8)}"
        taken = GradingJob.objects.filter(pk=pk, status=Status.QUEUED).update(
            status=Status.RUNNING,
            lease_token=token,
            leased_until=until(now),
            attempt=F("attempt") + 1,
            started_at=now,
            progress_stage="",
            progress_done=0,
            progress_total=0,
        )
        if taken:
            return Lease(GradingJob.objects.get(pk=pk), token)
    return None


def beat(lease: Lease) -> bool:
    """Renew the lease. False, and the lease is marked lost, when it is somebody else's by now."""
    renewed = held(lease).update(leased_until=until(timezone.now())) == 1
    if not renewed:
        lease.lost.set()
    return renewed


def still_held(lease: Lease) -> bool:
    """Is the job still ours to do? False, and the lease is marked lost, when it was cancelled or taken over."""
    if not held(lease).exists():
        lease.lost.set()
    return not lease.lost.is_set()


def release(lease: Lease) -> bool:
    """Give the job back untouched, as if it had never been taken: the worker is asked to stop."""
    return bool(held(lease).update(**_back_in_the_queue(), attempt=F("attempt") - 1, started_at=None))


def put_back(jobs: QuerySet[GradingJob]) -> int:
    """Queue these again with their attempt counted; returns how many there were."""
    return jobs.update(**_back_in_the_queue())


def _back_in_the_queue() -> dict[str, object]:
    return {
        "status": Status.QUEUED,
        "lease_token": "",
        "leased_until": None,
        "progress_stage": "",
        "progress_done": 0,
        "progress_total": 0,
    }


def expired() -> QuerySet[GradingJob]:
    """Running jobs whose worker has not been heard of in time."""
    late = Q(leased_until__lt=timezone.now()) | Q(leased_until__isnull=True)
    return GradingJob.objects.filter(late, status=Status.RUNNING)
