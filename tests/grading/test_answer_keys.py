"""One key for one question, ordered once, whoever asks and however often."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import grader
from challenges.key import AnswerKey
from grading import services
from grading.handlers.answer_key import make_answer_key
from grading.models import AnswerKey as AnswerKeyRow
from grading.models import GradingJob

pytestmark = pytest.mark.django_db
QUESTION = {"kind": "parameter_count", "model": "cifar-net"}


@pytest.fixture(autouse=True)
def cheap_digest(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The digest of whatever model: a test changes it as a new checkpoint would."""
    digest = {"of": "sha256:one"}
    monkeypatch.setattr(grader, "model_digest", lambda question, *, weights=None: digest["of"])
    return digest


def run(monkeypatch: pytest.MonkeyPatch, *, collides: bool = False) -> None:
    def answer(question: dict[str, Any], *, weights: Path | None = None, materials: Path) -> AnswerKey:
        return AnswerKey(question=question, model_digest="sha256:one", truth=42, collides=collides, notes=("counted",))

    monkeypatch.setattr(grader, "make_answer_key", answer)
    lease = services.claim(worker="w", kinds=["answer-key"])
    assert lease is not None
    assert services.finish(lease, make_answer_key(lease, lambda: False))


def test_asking_twice_for_the_same_question_queues_one_job() -> None:
    first = services.answer_key_for(QUESTION, weights_path=None)
    second = services.answer_key_for(dict(reversed(QUESTION.items())), weights_path=None)
    assert first.pk == second.pk
    assert not first.is_ready
    job = GradingJob.objects.get()
    assert (job.kind, job.subject) == ("answer-key", f"answer-key:{first.pk}")


def test_another_model_behind_the_same_question_is_another_key(cheap_digest: dict[str, str]) -> None:
    first = services.answer_key_for(QUESTION, weights_path=None)
    cheap_digest["of"] = "sha256:two"
    assert services.answer_key_for(QUESTION, weights_path=None).pk != first.pk


def test_a_student_who_waits_moves_the_key_forward_in_the_queue() -> None:
    services.answer_key_for(QUESTION, weights_path=None)
    services.answer_key_for(QUESTION, weights_path=None, priority=10)
    services.answer_key_for(QUESTION, weights_path=None, priority=3)
    assert GradingJob.objects.get().priority == 10


def test_the_key_goes_to_its_row_and_not_into_the_jobs_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    row = services.answer_key_for(QUESTION, weights_path=None)
    run(monkeypatch)
    row.refresh_from_db()
    assert AnswerKey.from_json(row.key).truth == 42
    job = GradingJob.objects.get()
    assert job.outcome == {"version": 1, "status": "done", "collides": False}
    with CaptureQueriesContext(connection) as queries:
        services.answer_key_for(QUESTION, weights_path=None)
    assert len(queries) == 1  # a page that shows a ready quest writes nothing


def test_a_key_that_collides_is_kept_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    row = services.answer_key_for(QUESTION, weights_path=None)
    run(monkeypatch, collides=True)
    row.refresh_from_db()
    assert AnswerKey.from_json(row.key).collides


def test_a_key_that_could_not_be_made_is_tried_again_only_when_somebody_says_so() -> None:
    row = services.answer_key_for(QUESTION, weights_path=None)
    assert services.retry_answer_key(answer_key=row) is None  # it is still being made
    for _ in range(3):
        lease = services.claim(worker="w", kinds=["answer-key"])
        assert lease is not None
        services.fail(lease, error_id="abcd1234", summary="MemoryError")
    services.answer_key_for(QUESTION, weights_path=None)
    assert GradingJob.objects.count() == 1
    assert AnswerKeyRow.objects.get().job.error_id == "abcd1234"
    again = services.retry_answer_key(answer_key=row)
    assert again is not None
    assert again.status == "queued"
    assert GradingJob.objects.count() == 2


def test_the_model_of_a_course_is_looked_for_in_the_weights_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    settings.WEIGHTS_DIR = tmp_path
    asked: list[Path | None] = []
    monkeypatch.setattr(grader, "model_digest", lambda question, *, weights=None: asked.append(weights) or "d")
    services.answer_key_for(QUESTION, weights_path="course.pt")
    services.answer_key_for(QUESTION, weights_path=str(tmp_path / "other.pt"))
    assert asked == [tmp_path / "course.pt", tmp_path / "other.pt"]
