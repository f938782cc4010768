"""Handing in, evaluating, evaluating again: what the database says after, and what must not have happened."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404

from accounts.errors import Refusal
from accounts.models import User
from courses.models import Course, Pair
from grader import Outcome
from grading import services as grading
from grading.endings import Ending
from grading.handlers.evaluation import job_from
from grading.models import GradingJob
from submissions import services
from submissions.models import Checkpoint, Submission, Task
from submissions.queries import history_of, statuses_of
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import SECRET, end, evaluate, files_in, hand_in, make_task, metrics, outcome, refuse, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]


@pytest.fixture
def course() -> Course:
    return make_course()


@pytest.fixture
def pair(course: Course) -> Pair:
    return make_pair(course)


@pytest.fixture
def task(course: Course) -> Task:
    return make_task(course)


def test_handing_in_stores_the_file_and_queues_one_evaluation(task: Task, pair: Pair, folders: Path) -> None:
    submission = hand_in(task, pair)
    assert not submission.recognised
    assert files_in(folders / "uploads") == [submission.checkpoint.path]
    job = GradingJob.objects.get()
    assert submission.job == job
    assert (job.kind, job.subject, job.status) == ("evaluation", f"submission:{submission.pk}", "queued")
    sent = job_from(job.payload, weights=folders / "uploads" / submission.checkpoint.path, identity="1.1")
    assert sent.weights == folders / "uploads" / submission.checkpoint.path
    assert sent.data == folders / "datasets" / SECRET / "data.yaml"
    assert (sent.split, sent.image_size, sent.classes[0]) == ("test", 416, "charlie")


def test_the_same_file_again_is_recognised_and_not_evaluated_again(task: Task, pair: Pair, folders: Path) -> None:
    first = hand_in(task, pair)
    evaluate(first, 0.4)
    team_mate = pair.members.order_by("-username").first()
    again = hand_in(task, pair, author=team_mate)
    assert again.pk == first.pk
    assert again.recognised
    assert (Submission.objects.count(), Checkpoint.objects.count(), GradingJob.objects.count()) == (1, 1, 1)
    assert len(files_in(folders / "uploads")) == 1


def test_the_same_file_from_another_pair_is_a_submission_like_any_other(task: Task, pair: Pair) -> None:
    first = hand_in(task, pair)
    other = hand_in(task, make_pair(pair.course, "2"))
    assert other.pk != first.pk
    assert not other.recognised
    assert GradingJob.objects.count() == 2


def test_a_file_whose_evaluation_failed_through_our_fault_is_tried_again_when_sent_again(
    task: Task, pair: Pair
) -> None:
    submission = hand_in(task, pair)
    for _ in range(3):
        lease = grading.claim(worker="w", kinds=["evaluation"])
        assert lease is not None
        grading.fail(lease, error_id="cafe", summary="OSError")
    submission.refresh_from_db()
    said = services.status_of(submission)
    assert (said["status"], said["error_id"]) == ("failed", "cafe")
    assert set(said["reason"]) == {"en", "fr"}
    again = hand_in(task, pair)
    assert (again.pk, again.recognised) == (submission.pk, True)
    assert services.status_of(again)["status"] == "queued"


def test_a_task_that_was_closed_while_the_file_arrived_takes_nothing(task: Task, pair: Pair) -> None:
    Task.objects.update(is_open=False)
    with pytest.raises(Refusal) as refused:
        hand_in(task, pair)  # by the task as it was when the file set out
    assert refused.value.code == "task_is_closed"
    assert not Submission.objects.exists()
    assert not GradingJob.objects.exists()


def test_a_closed_task_takes_nothing(task: Task, pair: Pair, folders: Path) -> None:
    task.is_open = False
    sent = upload()
    with pytest.raises(Refusal) as refused:
        services.submit_checkpoint(task=task, pair=pair, author=member_of(pair), upload=sent)
    assert refused.value.status == 409
    sent.discard()
    assert not Submission.objects.exists()
    assert files_in(folders) == []


def test_a_score_is_recorded_with_its_metrics(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    assert evaluate(submission, 0.4)
    assert submission.score == pytest.approx(0.4)
    assert submission.metrics == {**metrics(0.4), "architecture": "yolov5n", "parameters": 1_767_283}
    said = services.status_of(submission)
    assert (said["status"], said["score"], said["position"], said["progress"]) == ("done", submission.score, None, None)
    assert said["model"]["architecture"] == "yolov5n"


def test_a_refused_checkpoint_has_a_reason_and_no_score(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    refuse(submission)
    said = services.status_of(submission)
    assert (said["status"], said["score"], said["metrics"]) == ("refused", None, None)
    assert said["reason"]["en"] == "It holds a NaN."
    assert said["advice"]["fr"] == "Réentraînez."


def test_progress_and_position_are_shown_while_they_mean_something(task: Task, pair: Pair) -> None:
    first, second = hand_in(task, pair, "a"), hand_in(task, pair, "b")
    assert [row["position"] for row in statuses_of([first, second])] == [1, 2]
    lease = grading.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    grading.progress(lease, stage="predicting", done=7, total=60)
    for submission in (first, second):
        submission.refresh_from_db()
    said = services.status_of(first)
    assert (said["status"], said["position"]) == ("running", None)
    assert said["progress"] == {"stage": "predicting", "done": 7, "total": 60}
    assert services.status_of(second)["position"] == 1


def broken(**changes: Any) -> dict[str, Any]:
    return {**outcome(0.4), **changes}


@pytest.mark.parametrize(
    "said",
    [
        broken(metrics=metrics(1.5)),
        broken(metrics=metrics(-0.1)),
        broken(metrics={**metrics(0.5), "map50_95": "0.5"}),
        broken(metrics={**metrics(0.5), "map50_95": True}),
        broken(metrics={**metrics(0.5), "map50_95": None}),
        broken(metrics=None),
        broken(metrics=[]),
        broken(status="refused"),
        broken(version=2),
        broken(extra="surprise"),
        {},
    ],
)
def test_an_outcome_that_does_not_hold_writes_no_score_and_does_not_end_the_job(
    task: Task, pair: Pair, said: dict[str, Any]
) -> None:
    submission = hand_in(task, pair)
    with pytest.raises(ValueError, match=r"."):
        end(submission, "done", said)
    submission.refresh_from_db()
    assert submission.score is None
    assert submission.metrics is None
    assert submission.job is not None
    assert submission.job.status == "running"


def test_an_outcome_with_nan_never_reaches_the_database() -> None:
    with pytest.raises(ValueError, match="map50"):
        Outcome.from_json(outcome(float("nan")))


def test_an_instructor_evaluates_again_and_the_earlier_evaluation_stays(task: Task, pair: Pair) -> None:
    prof = User.objects.get(username="prof")
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    job = services.rerun(submission=submission, instructor=prof)
    submission.refresh_from_db()
    assert submission.job == job
    assert submission.score == pytest.approx(0.4)  # what was earned stays until there is something newer
    assert services.status_of(submission)["score"] is None
    assert [old.status for old in history_of(submission)] == ["queued", "done"]
    assert services.rerun(submission=submission, instructor=prof).pk == job.pk  # it waits already
    evaluate(submission, 0.5)
    assert submission.score == pytest.approx(0.5)


def test_an_evaluation_that_was_replaced_cannot_change_the_score(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    lease = grading.claim(worker="w", kinds=["evaluation"])
    assert lease is not None
    Submission.objects.update(job=grading.enqueue(kind="evaluation", subject=submission.subject, payload={}))
    assert grading.finish(lease, Ending("done", outcome(0.9)))
    submission.refresh_from_db()
    assert submission.score is None


def test_a_run_that_fails_again_leaves_the_score_and_one_that_is_refused_takes_it(task: Task, pair: Pair) -> None:
    prof = User.objects.get(username="prof")
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    services.rerun(submission=submission, instructor=prof)
    submission.refresh_from_db()
    end(submission, "failed", {"version": 1, "reason": {"en": "", "fr": ""}, "advice": {"en": "", "fr": ""}})
    assert submission.score == pytest.approx(0.4)
    services.rerun(submission=submission, instructor=prof)
    submission.refresh_from_db()
    refuse(submission)
    assert submission.score is None


def test_only_an_instructor_of_the_course_evaluates_again(task: Task, pair: Pair) -> None:
    submission = hand_in(task, pair)
    make_course("other", instructor="stranger")
    for name in ("stranger", member_of(pair).username):
        with pytest.raises(Http404):
            services.rerun(submission=submission, instructor=User.objects.get(username=name))
    assert GradingJob.objects.count() == 1


def test_nothing_that_people_read_names_a_file_of_the_server(task: Task, pair: Pair, folders: Path) -> None:
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    said = json.dumps(services.status_of(submission), default=str)
    assert SECRET not in said
    assert str(folders) not in said
    assert submission.checkpoint.path not in said
