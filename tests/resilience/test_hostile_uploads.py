"""Hostile files through the real door, the real queue and the real sealed child; their benign neighbours beside them.

``tests/ml/checkpoints/test_hostile.py`` has every one of them read in one process; here one of each family goes all the
way.
"""

import io
import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

import grader
from courses.models import Pair
from fixtures.benign.yolov5_file import save_yolov5
from fixtures.hostile.make import Case, cases
from grading.models import GradingJob
from grading.worker import Worker
from leaderboard.queries import board_of
from ml.zoo import yolov5
from submissions.models import Attempt, Submission, Task
from submissions.quotas import quota_of
from tests.builders import member_of
from tests.grader.small_task import lively_network
from tests.hand_in import files_in
from tests.pages.browsing import browser_of
from tests.resilience.site import CLASSES, write_dataset

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SUBMIT = "/api/tasks/charlie/submissions/"
#: Larger ones are looked at by the tests of the reader.
MOST_BYTES = 3 * 2**20


def representatives() -> Iterator[Case]:
    for _, family in groupby(cases(), key=lambda case: case.family):
        yield next(family)


@pytest.fixture
def task(pair: Pair, folders: Path) -> Task:
    if not grader.seal_report()["accepts_jobs"]:
        pytest.skip("this machine cannot seal a child")
    task = Task.objects.get()
    write_dataset(folders / "datasets" / Path(task.data).parent, pictures=2)
    task.attempts_per_day = 1_000
    task.save()
    return task


def work() -> None:
    """A worker until nothing waits; it lives on whatever it opens."""
    Worker(until_empty=True)._run_lane((GradingJob.Kind.EVALUATION,))


def send(client: APIClient, name: str, content: bytes) -> Any:
    answer = client.post(SUBMIT, {"file": SimpleUploadedFile(name, content)})
    assert "Traceback" not in answer.content.decode()
    return answer


def is_said(found: dict[str, Any]) -> bool:
    """A sentence and an advice, in both languages."""
    return all(set(found[part]) == {"en", "fr"} and all(found[part].values()) for part in ("reason", "advice"))


def test_each_is_refused_in_words_costs_nothing_and_touches_nothing(
    task: Task, pair: Pair, client: APIClient, folders: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "fired"
    sent = 0
    for case in representatives():
        content = case.build(marker)
        if len(content) > MOST_BYTES:
            continue
        answer = send(client, case.file_name, content)
        assert answer.status_code in (202, 422), case.name
        assert answer.status_code == 202 or is_said(answer.json()), case.name
        sent += 1
    marker.unlink(missing_ok=True)  # making some of them may have created it
    accepted = Submission.objects.count()
    assert sent >= accepted > 8
    work()

    assert not marker.exists()
    assert set(GradingJob.objects.values_list("status", "attempt")) == {("refused", 1)}
    for submission in Submission.objects.select_related("job", "checkpoint"):
        found = client.get(f"/api/submissions/{submission.pk}/")
        assert found.json()["status"] == "refused", submission.checkpoint.original_name
        assert is_said(found.json()), submission.checkpoint.original_name
        assert "Traceback" not in found.content.decode()
        assert submission.score is None
    page = browser_of(member_of(pair), "fr").get("/tasks/charlie/")
    assert page.status_code == 200
    assert b"<script>alert" not in page.content
    assert board_of(task)["rows"] == []
    assert quota_of(pair, task).used == 0
    assert Attempt.objects.count() == accepted
    assert len(files_in(folders / "uploads")) == accepted  # and nothing else anywhere
    assert {path.name for path in tmp_path.iterdir()} <= {"uploads", "datasets"}


def test_the_benign_neighbours_are_done(task: Task, pair: Pair, client: APIClient) -> None:
    config = yolov5.configuration("yolov5n", len(CLASSES))
    for era in ("v3.1", "v7.0"):
        file = io.BytesIO()
        save_yolov5(lively_network(len(CLASSES)), file, config=config, names=CLASSES, era=era)  # type: ignore[arg-type]
        assert send(client, f"{era}.pt", file.getvalue()).status_code == 202
    work()
    assert set(GradingJob.objects.values_list("status", "attempt")) == {("done", 1)}
    assert [0 <= score <= 1 for score in Submission.objects.values_list("score", flat=True)] == [True, True]
    assert quota_of(pair, task).used == 2
    assert json.dumps(board_of(task)["rows"]).count('"pair"') == 1
