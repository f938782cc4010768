"""The check of a hand-in in the worker: every ending counted once, whatever happens to whoever does it."""

import logging
from typing import Any

import pytest
from django.conf import settings

import grader
from challenges.report import Report
from courses.models import Pair
from grader import Cancelled, GraderError, SubmissionError
from grading import services as queue
from grading.handlers.hand_in import check_hand_in
from grading.leases import Lease, Watch
from grading.models import GradingJob
from grading.worker import Worker
from quests.models import Attempt, HandIn
from tests.builders import make_course, make_pair
from tests.hand_in import SECRET
from tests.handing_in import FILES, TRUTH, check, give, handed_in_quests, report

__all__ = ["handed_in_quests"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("handed_in_quests")]
KIND = GradingJob.Kind.HAND_IN


@pytest.fixture
def row() -> HandIn:
    pair: Pair = make_pair(make_course())
    return give(pair, FILES)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr("grading.worker.REST_SECONDS", 0)
    return Worker()


def finds(monkeypatch: pytest.MonkeyPatch, found: Any) -> None:
    def checked(*_: Any, **__: Any) -> Report:
        if isinstance(found, Exception):
            raise found
        return found  # type: ignore[no-any-return]

    monkeypatch.setattr(grader, "check_hand_in", checked)


def claimed() -> Lease:
    lease = queue.claim(worker="one", kinds=[KIND])
    assert lease is not None
    return lease


def status(row: HandIn) -> tuple[str, int]:
    row.refresh_from_db()
    return row.status, Attempt.objects.count()


def test_the_grader_gets_the_question_its_key_and_the_files(row: HandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def checked(question: Any, key: Any, files: Any, *, cancelled: Any) -> Report:
        seen.extend([question["kind"], key.truth, files["labels"].read_bytes()[:2], cancelled()])
        return report()

    monkeypatch.setattr(grader, "check_hand_in", checked)
    check_hand_in(claimed(), lambda: False)
    assert seen == ["test_labels", (TRUTH,), b"PK", False]


def test_a_worker_that_was_killed_is_followed_by_another_and_the_verdict_counts_once(
    row: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(monkeypatch, report("wrong", "sign"))
    lost = claimed()
    passed = [0.0]
    watch = Watch(lambda: passed[0])
    for _ in range(3):
        assert queue.sweep(watch) == 0
        passed[0] += settings.LEASE_SECONDS / 3
    assert queue.sweep(watch) == 1
    assert status(row) == ("checking", 0)
    assert check(monkeypatch, report("wrong", "sign"))  # the second worker
    assert status(row) == ("returned", 1)
    assert not queue.finish(lost, check_hand_in(lost, lambda: False))  # the first was not dead after all
    assert status(row) == ("returned", 1)


def test_an_ending_that_is_undone_leaves_no_attempt(row: HandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attempt is written with the ending or not at all."""

    def fall(*_: Any, **__: Any) -> None:
        raise RuntimeError("the journal is full")

    monkeypatch.setattr("quests.hand_ins.record_attempt", fall)
    with pytest.raises(RuntimeError):
        check(monkeypatch, report("wrong", "sign"))
    assert status(row) == ("checking", 0)
    assert GradingJob.objects.get(kind=KIND).status == "running"


@pytest.mark.parametrize("error", [RuntimeError(f"at {SECRET}"), GraderError("the seal broke")])
def test_three_failures_of_ours_end_it_with_a_number_and_cost_nothing(
    row: HandIn, worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    finds(monkeypatch, error)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert status(row) == ("checking", 0)
            assert worker._work_once((KIND,))
    assert status(row) == ("failed", 0)
    job = GradingJob.objects.get(kind=KIND)
    assert row.error_id == job.error_id != ""
    assert SECRET not in f"{job.log}{job.outcome}"


def test_what_the_grader_refuses_to_open_could_not_be_read(
    row: HandIn, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason, advice = {"en": "It is odd.", "fr": "C’est bizarre."}, {"en": "Zip it.", "fr": "Zippez."}
    finds(monkeypatch, SubmissionError("odd", reason, advice))
    assert worker._work_once((KIND,))
    assert status(row) == ("unreadable", 0)
    assert row.report["advice"] == {"en": "It is odd. Zip it.", "fr": "C’est bizarre. Zippez."}


def test_a_worker_that_is_stopped_gives_it_back_untouched(
    row: HandIn, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(monkeypatch, Cancelled("stop"))
    assert worker._work_once((KIND,))
    job = GradingJob.objects.get(kind=KIND)
    assert (job.status, job.attempt) == ("queued", 0)
    assert status(row) == ("checking", 0)


def test_a_report_that_does_not_hold_is_ours(
    row: HandIn, worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    finds(monkeypatch, Report("correct", None, {"en": "only English"}))
    with caplog.at_level(logging.ERROR):
        assert worker._work_once((KIND,))
    assert status(row) == ("checking", 0)
    assert caplog.records


def test_a_hand_in_that_is_gone_ends_quietly(row: HandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    row.delete()
    assert check(monkeypatch, report())
    assert not Attempt.objects.exists()
