"""The board follows the scores: one revision a change, announced on commit, nothing private in it."""

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from courses.models import Course
from leaderboard import events
from leaderboard.models import Board
from leaderboard.services import board_of, refresh
from submissions.models import Task
from submissions.services import rerun
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import SECRET, evaluate, hand_in, make_task, refuse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
Announced = list[dict[str, Any]]


@pytest.fixture
def course() -> Course:
    return make_course()


@pytest.fixture
def task(course: Course) -> Task:
    return make_task(course)


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> Announced:
    said: Announced = []
    monkeypatch.setattr(events, "board_changed", lambda **event: said.append(event))
    return said


def test_a_board_without_scores_is_empty_at_revision_zero(task: Task) -> None:
    board = board_of(task)
    assert (board["revision"], board["rows"], board["state"], board["part"]) == (0, [], "open", "whole")


def test_an_evaluation_moves_the_board_and_announces_it_after_the_commit(
    task: Task, announced: Announced, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    submission = hand_in(task, make_pair(task.course))
    with django_capture_on_commit_callbacks(execute=True):
        evaluate(submission, 0.4)
        assert announced == []
    board = board_of(task)
    assert board["revision"] == 1
    assert [(row["rank"], row["pair"], row["score"]) for row in board["rows"]] == [(1, "1", 0.4)]
    assert announced == [{"task_slug": "charlie", "board": board, "live": live} for live in (True, False)]


def test_the_revision_grows_only_when_a_row_changes(
    task: Task, announced: Announced, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    one, two = make_pair(task.course), make_pair(task.course, "2")
    with django_capture_on_commit_callbacks(execute=True):
        evaluate(hand_in(task, one, "a"), 0.4)
        refresh(task)
        refresh(task)
        refuse(hand_in(task, two, "b"))  # never ranked: nothing on the board changes
    assert (board_of(task)["revision"], len(announced)) == (1, 2)
    with django_capture_on_commit_callbacks(execute=True):
        evaluate(hand_in(task, two, "c"), 0.6)
    assert [row["pair"] for row in board_of(task)["rows"]] == ["2", "1"]
    assert [(event["board"]["revision"], event["live"]) for event in announced] == [
        (1, True), (1, False), (2, True), (2, False),
    ]  # fmt: skip


def test_a_score_that_is_taken_back_leaves_the_board(task: Task) -> None:
    pair = make_pair(task.course)
    submission = hand_in(task, pair)
    evaluate(submission, 0.4)
    prof = task.course.instructors.get()
    rerun(submission=submission, instructor=prof)
    submission.refresh_from_db()
    refuse(submission)
    assert (board_of(task)["revision"], board_of(task)["rows"]) == (2, [])


def test_an_ending_that_is_undone_leaves_the_board_where_it_was(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    from leaderboard import services

    def break_down(task: Any) -> Any:
        raise RuntimeError("no ranking today")

    submission = hand_in(task, make_pair(task.course))
    monkeypatch.setattr(services, "standing_of", break_down)
    with pytest.raises(RuntimeError, match="no ranking"):
        evaluate(submission, 0.4)
    submission.refresh_from_db()
    assert submission.score is None
    assert not Board.objects.exists()


def test_a_board_names_pairs_and_public_numbers_and_nothing_else(task: Task) -> None:
    pair = make_pair(task.course)
    submission = hand_in(task, pair)
    evaluate(submission, 0.4, interval=[0.3, 0.5], note=SECRET)
    (row,) = board_of(task)["rows"]
    assert row["interval"] == [0.3, 0.5]
    said = json.dumps(row)
    for private in (SECRET, member_of(pair).username, submission.checkpoint.sha256, "best.pt", 'submission"'):
        assert private not in said


def test_a_board_of_many_costs_one_query(task: Task, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for name in "12345":
        evaluate(hand_in(task, make_pair(task.course, name), name), int(name) / 10)
    with django_assert_max_num_queries(1):
        assert [row["pair"] for row in board_of(task)["rows"]] == list("54321")


def test_ranking_costs_as_many_queries_for_five_pairs_as_for_one(
    task: Task, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for name in "12345":
        evaluate(hand_in(task, make_pair(task.course, name), name), int(name) / 10)
    Board.objects.update(rows=[])
    with django_assert_max_num_queries(9):
        assert len(refresh(task).rows) == 5


def test_a_layer_that_fails_costs_the_announcement_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def group_send(self, group: str, message: dict[str, Any]) -> None:
            raise ConnectionError("nobody there")

    monkeypatch.setattr(events, "get_channel_layer", Broken)
    events.board_changed(task_slug="charlie", board={"revision": 3, "rows": []}, live=False)
    assert "revision 3" in caplog.text
