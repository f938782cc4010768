"""A job that somebody stopped: out of the queue at once, out of the worker's hands within a second."""

import time
from collections.abc import Callable

import pytest

from grader import Cancelled
from grading import leases, services, worker
from grading.endings import Ending
from grading.handlers import HANDLERS
from grading.leases import Lease
from grading.models import GradingJob, Worker
from grading.queries import lanes_for, positions
from grading.worker import GPU_LANE, LANES

pytestmark = pytest.mark.django_db
KIND, GPU = GradingJob.Kind.EVALUATION, GradingJob.Kind.EVALUATION_GPU


def queued(kind: str = KIND, **more: int) -> GradingJob:
    return services.enqueue(kind=kind, subject="submission:1", payload={}, **more)


def test_a_job_that_waits_is_stopped_once() -> None:
    job = queued()
    assert services.cancel(job, by="the pair")
    assert not services.cancel(job, by="the pair")
    job.refresh_from_db()
    assert (job.status, job.is_ended, job.log) == ("cancelled", True, "stopped by the pair\n")
    assert services.claim(worker="w", kinds=[KIND]) is None


def test_a_worker_learns_of_it_puts_it_down_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ASK_SECONDS", 0.0)

    def be_slow(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
        assert not cancelled()
        services.cancel(lease.job, by="the pair")
        deadline = time.monotonic() + 30
        while not cancelled():
            assert time.monotonic() < deadline
        raise Cancelled

    monkeypatch.setitem(HANDLERS, KIND, be_slow)
    job = queued()
    assert worker.Worker()._work_once((KIND,))
    job.refresh_from_db()
    assert (job.status, job.attempt) == ("cancelled", 1)  # neither queued again nor ended otherwise


def test_a_job_that_failed_meanwhile_stays_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued()
    lease = services.claim(worker="w", kinds=[KIND])
    assert lease is not None
    services.cancel(job, by="the pair")
    assert not services.fail(lease, error_id="cafe", summary="OSError")
    assert not services.release(lease)
    assert services.sweep(leases.Watch()) == 0
    job.refresh_from_db()
    assert job.status == "cancelled"


# --- lanes -----------------------------------------------------------------------------------------------------------


def test_only_a_worker_that_was_told_of_an_accelerator_takes_its_queue() -> None:
    assert GPU_LANE not in LANES
    assert GPU_LANE not in worker.Worker()._lanes()
    assert GPU_LANE in worker.Worker(has_gpu=True)._lanes()
    assert HANDLERS[GPU] is HANDLERS[KIND]


def test_each_queue_has_its_own_places_and_lanes() -> None:
    jobs = [queued(KIND), queued(GPU), queued(KIND), queued(GPU, priority=5)]
    assert positions(jobs) == {jobs[0].pk: 1, jobs[1].pk: 2, jobs[2].pk: 2, jobs[3].pk: 1}
    services.seen("one")
    services.seen("two", has_gpu=True)
    assert (lanes_for(KIND), lanes_for(GPU)) == (2, 1)
    assert Worker.objects.get(name="two").has_gpu
