"""Who holds a job: one worker at a time, whatever dies, whatever comes late. The clock is moved by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from grading import services
from grading.endings import Ending
from grading.leases import Lease, Watch
from grading.models import GradingJob, Worker
from grading.signals import job_ending, job_finished

pytestmark = pytest.mark.django_db
KINDS = [kind.value for kind in GradingJob.Kind]
DONE = Ending("done", {"version": 1, "status": "done"}, log=("it went well",))


class Clock:
    """The wall's, and the monotonic one by which ``watch`` looks at the leases."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.passed = 0.0
        self.watch = Watch(lambda: self.passed)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        """Time passes, and the watch looks three times a lease, as a worker's keeper does."""
        self.watch.silent()
        while seconds > 0:
            step = min(seconds, 5.0)
            self.now += timedelta(seconds=step)
            self.passed += step
            seconds -= step
            self.watch.silent()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Clock:
    settings.LEASE_SECONDS, settings.MAX_ATTEMPTS = 15, 3
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str]]]:
    """What other apps were told, in order."""
    told: list[tuple[str, str]] = []

    def on_ending(job: GradingJob, **_: Any) -> None:
        told.append(("ending", job.status))

    def on_finished(job: GradingJob, **_: Any) -> None:
        told.append(("finished", job.status))

    job_ending.connect(on_ending)
    job_finished.connect(on_finished)
    yield told
    job_ending.disconnect(on_ending)
    job_finished.disconnect(on_finished)


def queue(priority: int = 0, kind: str = GradingJob.Kind.EVALUATION) -> GradingJob:
    return services.enqueue(kind=kind, subject="submission:1", payload={}, priority=priority)


def take(worker: str = "first") -> Lease:
    lease = services.claim(worker=worker, kinds=KINDS)
    assert lease is not None
    return lease


def test_a_job_is_taken_by_priority_and_then_by_age(clock: Clock) -> None:
    old, new, urgent = queue(), queue(), queue(priority=5)
    assert [take().job.pk for _ in range(3)] == [urgent.pk, old.pk, new.pk]
    assert services.claim(worker="first", kinds=KINDS) is None


def test_a_lane_only_takes_jobs_of_its_own_kind(clock: Clock) -> None:
    queue(kind=GradingJob.Kind.EVALUATION)
    assert services.claim(worker="first", kinds=[GradingJob.Kind.ANSWER_KEY]) is None


def test_of_two_workers_that_race_for_one_job_exactly_one_wins(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one takes the job in the moment between the first one's look and its update."""
    job = queue()
    rivals: list[Lease | None] = []
    update = QuerySet.update

    def update_after_the_rival(self: Any, **fields: Any) -> int:
        monkeypatch.setattr(QuerySet, "update", update)
        rivals.append(services.claim(worker="second", kinds=KINDS))
        return update(self, **fields)

    monkeypatch.setattr(QuerySet, "update", update_after_the_rival)
    loser = services.claim(worker="first", kinds=KINDS)
    assert loser is None
    assert rivals[0] is not None
    assert rivals[0].job.pk == job.pk
    job.refresh_from_db()
    assert job.attempt == 1
    assert job.lease_token == rivals[0].token


def test_claiming_is_one_conditional_update_of_a_queued_row(clock: Clock) -> None:
    queue()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        take()
    updates = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    assert len(updates) == 1
    assert "'queued'" in updates[0].partition("WHERE")[2]


@pytest.mark.parametrize("jump", [timedelta(hours=5), timedelta(hours=-5)], ids=["forward", "back"])
def test_a_wall_clock_that_jumps_takes_no_job_away_and_holds_none_for_ever(clock: Clock, jump: timedelta) -> None:
    queue(), queue()
    alive = take("alive")
    take("dead")
    clock.now += jump
    clock.advance(5)
    assert services.sweep(clock.watch) == 0  # nobody has been silent for long, whatever the wall says
    assert services.beat(alive)
    clock.advance(12)
    assert services.beat(alive)
    assert services.sweep(clock.watch) == 1
    assert services.finish(alive, DONE)
    assert [job.status for job in GradingJob.objects.order_by("pk")] == ["done", "queued"]


def test_after_a_pause_of_its_own_a_worker_gives_the_others_time_to_speak(clock: Clock) -> None:
    """The database was locked, or the machine slept, for both: the other one could not renew its lease either."""
    queue()
    other = take("other")
    clock.watch.silent()
    clock.now, clock.passed = clock.now + timedelta(hours=1), clock.passed + 3600
    assert services.sweep(clock.watch) == 0
    assert services.beat(other)
    clock.advance(14)
    assert services.sweep(clock.watch) == 0


def test_a_worker_seen_in_the_future_is_not_alive(clock: Clock) -> None:
    services.seen("here:1")
    clock.now -= timedelta(hours=3)
    assert not services.worker_is_alive()
    services.seen("here:1")
    assert services.worker_is_alive()


def test_a_lease_that_is_renewed_is_not_swept(clock: Clock) -> None:
    queue()
    lease = take()
    for _ in range(10):
        clock.advance(10)
        assert services.beat(lease)
        assert services.sweep(clock.watch) == 0
    assert services.finish(lease, DONE)


def test_a_dead_workers_job_is_queued_again_once_with_its_attempt_counted(clock: Clock) -> None:
    job = queue()
    take("dead")
    clock.advance(14.9)
    assert services.sweep(clock.watch) == 0
    clock.advance(0.2)
    assert services.sweep(clock.watch) == 1
    assert services.sweep(clock.watch) == 0
    again = take("alive")
    assert again.job.pk == job.pk
    assert again.job.attempt == 2
    assert "attempt 1" in again.job.log
    assert services.claim(worker="third", kinds=KINDS) is None


def test_a_worker_that_lost_its_lease_cannot_write_anything(clock: Clock, heard: list[tuple[str, str]]) -> None:
    job = queue()
    slow = take("slow")
    clock.advance(16)
    services.sweep(clock.watch)
    quick = take("quick")
    before = GradingJob.objects.values().get(pk=job.pk)
    assert not services.beat(slow)
    assert slow.lost.is_set()
    assert not services.progress(slow, stage="scoring", done=1, total=1)
    assert not services.finish(slow, DONE)
    assert not services.fail(slow, error_id="abcd", summary="too late")
    assert not services.release(slow)
    assert GradingJob.objects.values().get(pk=job.pk) == before
    assert heard == []
    assert services.finish(quick, DONE)


def test_a_late_worker_cannot_write_even_while_nobody_else_has_the_job_yet(clock: Clock) -> None:
    queue()
    slow = take("slow")
    clock.advance(16)
    services.sweep(clock.watch)
    assert not services.finish(slow, DONE)
    assert GradingJob.objects.get().status == "queued"


def test_a_job_is_finished_once(
    clock: Clock, heard: list[tuple[str, str]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    queue()
    lease = take()
    with django_capture_on_commit_callbacks(execute=True):
        assert services.finish(lease, DONE)
        assert not services.finish(lease, DONE)
        assert heard == [("ending", "done")]  # the others hear after the commit, not before
    assert heard == [("ending", "done"), ("finished", "done")]
    job = GradingJob.objects.get()
    assert job.log == "it went well\n"
    assert job.finished_at == clock.now


def test_a_receiver_that_fails_undoes_the_ending(clock: Clock) -> None:
    def refuse(job: GradingJob, **_: Any) -> None:
        raise ValueError("this outcome does not hold")

    queue()
    lease = take()
    job_ending.connect(refuse)
    try:
        with pytest.raises(ValueError, match="does not hold"):
            services.finish(lease, DONE)
    finally:
        job_ending.disconnect(refuse)
    job = GradingJob.objects.get()
    assert job.status == "running"
    assert job.outcome is None


def test_after_the_last_attempt_a_lost_job_ends_for_a_stated_reason(
    clock: Clock, heard: list[tuple[str, str]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    queue()
    for _ in range(3):
        take("doomed")
        clock.advance(16)
        with django_capture_on_commit_callbacks(execute=True):
            assert services.sweep(clock.watch) == 1
    job = GradingJob.objects.get()
    assert job.status == "failed"
    assert job.attempt == 3
    assert set(job.outcome["reason"]) == set(job.outcome["advice"]) == {"en", "fr"}
    assert "3" in job.outcome["reason"]["en"]
    assert job.error_id
    assert job.error_id in job.outcome["reason"]["fr"]
    assert services.claim(worker="next", kinds=KINDS) is None
    assert heard == [("ending", "failed"), ("finished", "failed")]


def test_our_failure_counts_the_attempt_and_the_third_one_ends_the_job(clock: Clock) -> None:
    queue()
    for attempt in range(1, 4):
        lease = take()
        assert lease.job.attempt == attempt
        assert services.fail(lease, error_id=f"id{attempt}", summary="ZeroDivisionError", log=("a line",))
    job = GradingJob.objects.get()
    assert job.status == "failed"
    assert job.error_id == "id3"
    assert job.log.count("a line") == 3
    assert "id1" in job.log
    assert "ZeroDivisionError" not in str(job.outcome)  # for instructors' eyes only


def test_a_failure_whose_cause_is_known_says_it_at_the_end(clock: Clock, settings: Settings) -> None:
    settings.MAX_ATTEMPTS = 1
    queue()
    reason = {"en": "This machine has no seal.", "fr": "Cette machine n’a pas de scellé."}
    services.fail(take(), error_id="id1", summary="no seal", reason=reason)
    assert GradingJob.objects.get().outcome["reason"] == reason


def test_releasing_a_job_gives_it_back_as_if_it_had_never_been_taken(clock: Clock) -> None:
    queue()
    lease = take()
    services.progress(lease, stage="predicting", done=3, total=9)
    assert services.release(lease)
    job = GradingJob.objects.get()
    assert (job.status, job.attempt, job.progress_stage, job.started_at) == ("queued", 0, "", None)


def test_the_position_in_the_queue_counts_only_those_who_wait_for_the_same_lane(clock: Clock) -> None:
    queue(kind=GradingJob.Kind.ANSWER_KEY)
    first, second, urgent = queue(), queue(), queue(priority=1)
    assert [services.position(job) for job in (urgent, first, second)] == [1, 2, 3]
    lease = services.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    assert services.position(lease.job) is None
    assert services.position(first) == 1


def test_a_worker_is_alive_while_it_was_seen_within_a_lease(clock: Clock) -> None:
    assert not services.worker_is_alive()
    services.seen("here:1")
    clock.advance(14)
    assert services.worker_is_alive()
    clock.advance(2)
    assert not services.worker_is_alive()
    clock.now += timedelta(days=2)  # the wall's alone counts here
    services.seen("here:2")
    assert Worker.objects.values_list("name", flat=True).get() == "here:2"
    services.gone("here:2")
    assert not services.worker_is_alive()
