"""The handler of evaluations: what the grader is told, what people see meanwhile, what comes back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

import grader
from grader import Job, Outcome, Progress
from grading import services
from grading.handlers.evaluation import EvaluationFailed, ProgressWriter, evaluate
from grading.leases import Lease
from grading.models import GradingJob
from grading.worker import Worker

pytestmark = pytest.mark.django_db
PAYLOAD = {
    "version": 1,
    "weights": "checkpoints/5e/5e5e",
    "data": "charlie/data.yaml",
    "split": "test",
    "image_size": 416,
    "classes": ["charlie"],
    "settings": {"confidence": 0.001},
    "limits": {"cpu_seconds": 30},
}
REASON = {"en": "This machine cannot seal.", "fr": "Cette machine ne sait pas sceller."}


@pytest.fixture
def lease() -> Lease:
    services.enqueue(kind=GradingJob.Kind.EVALUATION, subject="submission:1", payload=PAYLOAD)
    lease = services.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    return lease


def stand_in(monkeypatch: pytest.MonkeyPatch, outcome: Outcome) -> list[Job]:
    """A grader that ends every job so; the jobs it was given."""
    given: list[Job] = []

    def run_job(job: Job, *, on_progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Outcome:
        given.append(job)
        on_progress(Progress("predicting", 1, 10))
        return outcome

    monkeypatch.setattr(grader, "run_job", run_job)
    return given


def test_the_grader_gets_this_machines_paths_and_the_tasks_rules(
    lease: Lease, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.UPLOADS_DIR, settings.DATASETS_DIR = tmp_path / "up", tmp_path / "data"
    refused = Outcome("1", "refused", reason=REASON, advice=REASON, log=("a line",))
    given = stand_in(monkeypatch, refused)
    ending = evaluate(lease, lambda: False)
    (job,) = given
    assert job.weights == tmp_path / "up" / "checkpoints/5e/5e5e"
    assert job.data == tmp_path / "data" / "charlie/data.yaml"
    assert (job.settings.confidence, job.limits.cpu_seconds, job.classes) == (0.001, 30, ("charlie",))
    assert (ending.status, ending.log, ending.outcome["reason"]) == ("refused", ("a line",), REASON)
    lease.job.refresh_from_db()
    assert (lease.job.progress_stage, lease.job.progress_done, lease.job.progress_total) == ("predicting", 1, 10)


def test_a_failure_of_the_grader_is_tried_again_and_ends_with_its_own_reason(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr("grading.worker.REST_SECONDS", 0)
    settings.MAX_ATTEMPTS = 2
    failed = Outcome("1", "failed", reason=REASON, error_id="cafe0001", log=("no Landlock here",))
    stand_in(monkeypatch, failed)
    services.enqueue(kind=GradingJob.Kind.EVALUATION, subject="submission:1", payload=PAYLOAD)
    worker = Worker()
    states = []
    for _ in range(2):
        assert worker._work_once(("evaluation",))
        states.append(GradingJob.objects.get().status)
    assert states == ["queued", "failed"]
    job = GradingJob.objects.get()
    assert (job.error_id, job.outcome["reason"]) == ("cafe0001", REASON)
    assert job.log.count("no Landlock here") == 2


def test_an_outcome_that_breaks_its_own_contract_is_our_failure(lease: Lease, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, Outcome("1", "done", metrics={"map50": 7.0}, checkpoint={}))
    with pytest.raises(ValueError, match="metrics"):
        evaluate(lease, lambda: False)


def test_the_error_of_a_failed_outcome_keeps_its_incident() -> None:
    error = EvaluationFailed(Outcome("1", "failed", error_id="cafe0002"))
    assert (error.error_id, error.reason) == ("cafe0002", None)


def test_progress_is_written_three_times_a_second_and_at_every_turn(
    lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    written: list[tuple[str, int]] = []

    def note(lease: Lease, *, stage: str, done: int, total: int) -> bool:
        written.append((stage, done))
        return True

    monkeypatch.setattr(services, "progress", note)
    write = ProgressWriter(lease, clock=lambda: now[0])
    write(Progress("reading", 0, 1))
    for done in range(100):
        write(Progress("predicting", done, 100))
        now[0] += 0.01
    write(Progress("predicting", 100, 100))
    write(Progress("scoring", 0, 1))
    assert written == [
        ("reading", 0),
        ("predicting", 0),
        ("predicting", 34),
        ("predicting", 68),
        ("predicting", 100),
        ("scoring", 0),
    ]


def test_progress_on_a_lost_lease_is_the_end_of_it(lease: Lease) -> None:
    GradingJob.objects.update(lease_token="somebody else")
    any_progress: dict[str, Any] = {"stage": "predicting", "done": 1, "total": 2}
    assert not services.progress(lease, **any_progress)
    assert lease.lost.is_set()
