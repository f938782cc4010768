"""Who holds which job, and until when.

A worker takes a job by one conditional UPDATE and counts the rows it changed: of two that want the same job,
exactly one changes a row. The UPDATE writes a token that is never used again; every later write names it, so
a worker that lost its lease writes nothing. Whoever sees that a lease is no longer renewed puts the job back
in the queue, its attempt counted.

Whether it is renewed is told by the watcher's own monotonic clock: a wall clock that is set back or forward
by hours takes no job away and holds none for ever. ``leased_until`` is what changes, and what people read.
"""

import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from django.conf import settings
from django.db.models import F, QuerySet
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


class Watch:
    """Which leases are no longer renewed, as one process sees it: each ``silent`` is one look at all of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looked_at = clock()
        self._unchanged: dict[tuple[object, ...], float] = {}

    def silent(self) -> list[GradingJob]:
        """Running jobs whose lease has not been renewed for ``LEASE_SECONDS`` of our looking.

        One look adds half a lease at most: after a pause of our own (the machine slept, the database was locked) the
        other workers get the time to say that they live.
        """
        now = self._clock()
        passed = min(now - self._looked_at, settings.LEASE_SECONDS / 2)
        self._looked_at = now
        running = list(GradingJob.objects.filter(status=Status.RUNNING))
        before, self._unchanged = self._unchanged, {}
        for job in running:
            lease = _as_seen(job)
            self._unchanged[lease] = before[lease] + passed if lease in before else 0.0
        return [job for job in running if self._unchanged[_as_seen(job)] >= settings.LEASE_SECONDS]


def _as_seen(job: GradingJob) -> tuple[object, ...]:
    return job.pk, job.lease_token, job.leased_until


def unchanged(job: GradingJob) -> QuerySet[GradingJob]:
    """The job's row if its lease is still the one that was seen, else nothing."""
    seen = {"lease_token": job.lease_token, "leased_until": job.leased_until}
    return GradingJob.objects.filter(pk=job.pk, status=Status.RUNNING, **seen)
