"""Somebody holds the database longer than we wait for it: our error with an id, nothing counted, nothing lost."""

import logging
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from rest_framework.test import APIClient

from courses.models import Pair
from grader import Progress
from grading import services, worker
from grading.endings import Ending
from grading.handlers import HANDLERS
from grading.handlers.evaluation import SILENCE_SECONDS, ProgressWriter
from grading.leases import Lease, Watch
from grading.models import GradingJob
from grading.worker import Worker
from leaderboard.queries import board_of
from quests import services as quests
from quests.models import Attempt, Variant
from submissions.models import Checkpoint, Submission, Task
from tests.builders import find_quest, give_key, member_of
from tests.hand_in import checkpoint_bytes, files_in, hand_in, outcome
from tests.handing_in import FILES, deal, handed_in_quests, zipped
from tests.pages.browsing import browser_of

__all__ = ["handed_in_quests"]
pytestmark = pytest.mark.usefixtures("own_database", "folders")
KIND = GradingJob.Kind.EVALUATION
SUBMIT = "/api/tasks/charlie/submissions/"


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process writes, and does not come to its end."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def locked_for(database: Path, seconds: float) -> threading.Thread:
    """The same for a while, in the background; it holds the database when this returns."""
    holding = threading.Event()

    def hold() -> None:
        with locked(database):
            holding.set()
            threading.Event().wait(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(10)
    return thread


def is_ours(answer: Any, caplog: pytest.LogCaptureFixture) -> bool:
    """Our error: a sentence in each language, and an id that stands beside the traceback in the log."""
    said = answer.json()
    logged = [record for record in caplog.records if said["error_id"] in record.getMessage()]
    return answer.status_code == 500 and set(said["reason"]) == {"en", "fr"} and bool(logged[0].exc_info)


def test_an_answer_is_not_counted_and_can_be_given_again(
    own_database: Path, pair: Pair, client: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    card, quest = find_quest("tensor_shape")
    variant = quests.deal(pair=pair, card=card, quest=quest)
    assert isinstance(variant, Variant)
    give_key(variant, truth=(1, 24, 68, 52))
    where = f"/api/cards/{card.slug}/quests/{quest.slug}/answers/"
    with locked(own_database), caplog.at_level(logging.ERROR):
        answer = client.post(where, {"answer": "1x24x68x52"}, format="json")
    assert is_ours(answer, caplog)
    assert "locked" not in answer.content.decode()
    assert not Attempt.objects.exists()
    assert client.post(where, {"answer": "1x24x68x52"}, format="json").json()["verdict"] == "correct"
    assert Attempt.objects.count() == 1


def test_a_page_says_sorry_with_an_id(own_database: Path, pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    card, quest = find_quest("tensor_shape")
    variant = quests.deal(pair=pair, card=card, quest=quest)
    assert variant is not None
    give_key(variant, truth=(1, 24, 68, 52))
    page = browser_of(member_of(pair))
    page.raise_request_exception = False
    with locked(own_database), caplog.at_level(logging.ERROR):
        answer = page.post(f"/cards/{card.slug}/quests/{quest.slug}/answer/", {"answer": "1x24x68x52"})
    found = re.search(r"<code>(\w{8})</code>", answer.content.decode())
    assert answer.status_code == 500
    assert found
    assert found[1] in caplog.text
    assert not Attempt.objects.exists()


def test_a_checkpoint_is_not_kept_and_can_be_sent_again(
    own_database: Path, client: APIClient, folders: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def post() -> Any:
        return client.post(SUBMIT, {"file": SimpleUploadedFile("best.pt", checkpoint_bytes())})

    with locked(own_database), caplog.at_level(logging.ERROR):
        answer = post()
    assert is_ours(answer, caplog)
    assert not Submission.objects.exists()
    assert files_in(folders / "uploads" / "incoming") == []
    assert post().status_code == 202
    assert Submission.objects.count() == GradingJob.objects.count() == 1
    assert files_in(folders / "uploads") == [Checkpoint.objects.get().path]


@pytest.mark.usefixtures("handed_in_quests")
def test_a_hand_in_is_not_kept_and_costs_no_attempt(
    own_database: Path, pair: Pair, tmp_path: Path, client: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    variant = deal(pair, FILES)
    where = f"/api/cards/{variant.card}/quests/{variant.quest}/hand-ins/"
    with locked(own_database), caplog.at_level(logging.ERROR):
        answer = client.post(where, {"labels": SimpleUploadedFile("labels.zip", zipped())})
    assert is_ours(answer, caplog)
    assert not variant.hand_ins.exists()
    assert files_in(tmp_path / "hand-ins" / "incoming") == []
    assert client.post(where, {"labels": SimpleUploadedFile("labels.zip", zipped())}).status_code == 202
    assert variant.hand_ins.count() == 1


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr(worker, "REST_SECONDS", 0)
    monkeypatch.setattr(worker, "INSIST_PAUSE_SECONDS", 0.05)
    return Worker()


def test_the_end_of_a_job_is_written_when_the_database_is_free_again(
    own_database: Path, pair: Pair, impatient: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Longer than the database waits: the evaluation is neither thrown away nor done again."""
    task = Task.objects.get()
    submission = hand_in(task, pair)
    runs: list[threading.Thread] = []

    def evaluate(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
        runs.append(locked_for(own_database, 0.6))
        return Ending("done", outcome(0.5))

    monkeypatch.setitem(HANDLERS, KIND, evaluate)
    with caplog.at_level(logging.ERROR):
        assert impatient._work_once((KIND,))
    runs[0].join()
    assert len(runs) == 1
    job = GradingJob.objects.get()
    assert (job.status, job.attempt) == ("done", 1)
    submission.refresh_from_db()
    assert submission.score == 0.5
    assert len(board_of(task)["rows"]) == 1
    assert "its end cannot be written yet" in caplog.text


def test_what_could_not_be_written_for_too_long_is_done_again_by_whoever_looks_next(
    own_database: Path, impatient: Worker, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(worker, "INSIST_SECONDS", 0.1)
    services.enqueue(kind=KIND, subject="submission:1", payload={})
    holders: list[Any] = []

    def evaluate(lease: Lease, cancelled: Callable[[], bool]) -> Ending:
        holders.append(locked(own_database))
        holders[0].__enter__()
        return Ending("done", {"version": 1})

    monkeypatch.setitem(HANDLERS, KIND, evaluate)
    with pytest.raises(OperationalError):
        impatient._work_once((KIND,))
    holders[0].__exit__(None, None, None)
    assert GradingJob.objects.get().status == "running"  # nobody says that it is done, or failed
    passed = [0.0]
    watch = Watch(lambda: passed[0])
    for _ in range(5):
        services.sweep(watch)
        passed[0] += settings.LEASE_SECONDS / 2
    assert [(job.status, job.attempt) for job in GradingJob.objects.all()] == [("queued", 1)]


@pytest.mark.usefixtures("impatient")
def test_progress_that_cannot_be_written_costs_the_bar_and_not_the_evaluation(own_database: Path) -> None:
    services.enqueue(kind=KIND, subject="submission:1", payload={})
    lease = services.claim(worker="w", kinds=[KIND])
    assert lease is not None
    now = [0.0]
    write = ProgressWriter(lease, clock=lambda: now[0])
    with locked(own_database):
        for done in range(100):  # waits for the database once, not a hundred times
            write(Progress("predicting", done, 100))
            now[0] += 0.5
    now[0] += SILENCE_SECONDS
    write(Progress("scoring", 0, 1))
    assert GradingJob.objects.get().progress_stage == "scoring"
    assert not lease.lost.is_set()


def test_a_keeper_that_finds_the_database_locked_loses_no_lease(own_database: Path, impatient: Worker) -> None:
    services.enqueue(kind=KIND, subject="submission:1", payload={})
    lease = services.claim(worker=impatient.name, kinds=[KIND])
    assert lease is not None
    with impatient._holding(lease):
        with locked(own_database):
            impatient._attend()
        impatient._attend()
    assert not lease.lost.is_set()
    assert services.finish(lease, Ending("done", {"version": 1}))
