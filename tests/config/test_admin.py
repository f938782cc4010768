"""The administrators' pages of the queue, the submissions and the board: to look at, and little else."""

import pytest
from django.contrib.admin.sites import site
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import AuditEntry
from grading import services as grading
from grading.models import AnswerKey, GradingJob, Worker
from leaderboard.models import Board
from submissions.models import Attempt, Checkpoint, Submission, Task
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import evaluate, folders, hand_in, make_task
from uploads.models import ResumableUpload, StoredFile

__all__ = ["folders"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
LOOKED_AT = [GradingJob, AnswerKey, Worker, Submission, Attempt, Checkpoint, ResumableUpload, StoredFile, Board]


@pytest.fixture
def administrator() -> Client:
    client = Client()
    boss = User.objects.create_superuser("boss", password="x")
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def task() -> Task:
    task = make_task(make_course())
    pair = make_pair(task.course)
    evaluate(hand_in(task, pair), 0.4)
    job = grading.enqueue(kind="answer-key", subject="answer-key:1", payload={})
    AnswerKey.objects.create(digest="5e", question={"kind": "tensor_shape"}, model_digest="d", job=job)
    ResumableUpload.objects.create(owner=member_of(pair), name="best.pt", size_bytes=1)
    StoredFile.objects.create(pair=pair, owner=member_of(pair), key="clip/5e/5e", name="mug.mp4", size_bytes=1)
    grading.seen("here:1")
    return task


@pytest.mark.parametrize("model", LOOKED_AT)
def test_an_administrator_looks_and_changes_nothing(administrator: Client, task: Task, model: type) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"  # type: ignore[attr-defined]
    row = model.objects.latest("pk")  # type: ignore[attr-defined]
    assert administrator.get(reverse(f"{name}_changelist")).status_code == 200
    assert administrator.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    assert administrator.get(reverse(f"{name}_add")).status_code == 403
    assert administrator.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert administrator.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403


def test_an_administrator_opens_and_closes_a_task(administrator: Client, task: Task) -> None:
    rules = {"quota_per_day": "", "attempts_per_day": "30", "final_rule": "best", "uses_ladder": "on"}
    form = {"course": task.course.pk, "slug": task.slug, "data": task.data, **rules}
    assert administrator.post(reverse("admin:submissions_task_change", args=[task.pk]), form).status_code == 302
    task.refresh_from_db()
    assert not task.is_open
    assert task.board.said["ladder"] is True  # the board follows
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name) == ("task-rules-changed", "boss")
    assert entry.before["is_open"] is True
    assert entry.after["is_open"] is False


def test_an_administrator_tries_failed_keys_again_and_ranks_a_board_again(administrator: Client, task: Task) -> None:
    GradingJob.objects.filter(kind="answer-key").update(status="failed")
    key = AnswerKey.objects.get()
    answer = {"action": "try_again", "_selected_action": [key.pk]}
    administrator.post(reverse("admin:grading_answerkey_changelist"), answer)
    key.refresh_from_db()
    assert key.job is not None
    assert key.job.status == "queued"
    pair = task.course.pairs.get()
    pair.name = "renamed"
    pair.save()
    board = Board.objects.get()
    answer = {"action": "rank_again", "_selected_action": [board.pk]}
    administrator.post(reverse("admin:leaderboard_board_changelist"), answer)
    board.refresh_from_db()
    assert (board.rows[0]["pair"], board.revision) == ("renamed", 2)


def test_every_model_of_work_and_board_is_registered() -> None:
    assert set(LOOKED_AT) | {Task} <= set(site._registry)
