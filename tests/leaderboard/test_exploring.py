"""The board from other sides: filters, classes, costs and the grid are pure functions of its rows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from courses.configurations import draw_configurations
from courses.models import TrainingConfiguration
from leaderboard.exploring import Filters, histories, rank_some, what_if
from leaderboard.queries import board_of
from submissions.models import Task
from tests.builders import make_course, make_pair
from tests.hand_in import evaluate_whole, hand_in, make_task

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC).isoformat()


def row(
    pair: str, score: float, *, group: str = "A1", lot: tuple[Any, ...] | None = None, **metrics: Any
) -> dict[str, Any]:
    names = ("size", "image_size", "frozen_backbone", "batch_size")
    return {
        "pair": pair, "group": group, "score": score, "interval": [score - 0.1, score + 0.1], "metrics": metrics,
        "configuration": dict(zip(names, lot, strict=True)) if lot else None, "matches_lot": True if lot else None,
        "submitted_at": NOON, "submission": int(pair), "submissions": 2,
    }  # fmt: skip


ROWS = [
    row("1", 0.6, lot=("n", 640, True, 16), parameters=2_000_000, per_class={"key": 0.1, "mug": 0.9}),
    row("2", 0.5, lot=("s", 640, False, 8), parameters=7_000_000, per_class={"key": 0.4, "mug": None}),
    row("3", 0.4, group="B2", parameters=None, per_class=None),
]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), [(1, "1"), (2, "2"), (3, "3")]),
        (Filters(group="B2"), [(1, "3")]),
        (Filters(group="nobody"), []),
        (Filters(size="s"), [(1, "2")]),
        (Filters(image_size=640), [(1, "1"), (2, "2")]),
        (Filters(frozen=False), [(1, "2")]),
        (Filters(matches_lot=True), [(1, "1"), (2, "2")]),
        (Filters(at_most_parameters=2_000_000), [(1, "1")]),
        (Filters(class_name="key"), [(1, "2"), (2, "1")]),
        (Filters(class_name="mug"), [(1, "1")]),
        (Filters(class_name="unicorn"), []),
        (Filters(size="n", image_size=640, frozen=True, group="A1"), [(1, "1")]),
    ],
)
def test_what_if_only_some_were_compared(filters: Filters, expected: list[tuple[int, str]]) -> None:
    assert [(one["rank"], one["pair"]) for one in rank_some(ROWS, filters, {})] == expected


def test_pairs_that_remain_may_still_not_be_told_apart() -> None:
    wave = [0.1 * (-1) ** k for k in range(40)]
    draws = {1: [0.6 + each for each in wave], 2: [0.5 + each for each in wave[::-1]]}
    assert [one["rank"] for one in rank_some(ROWS, Filters(group="A1"), draws)] == [1, 1]


def test_the_interval_is_of_the_score_and_not_of_a_class() -> None:
    assert rank_some(ROWS, Filters(), {})[0]["interval"] is not None
    assert rank_some(ROWS, Filters(class_name="key"), {})[0]["interval"] is None


@pytest.mark.django_db
@pytest.mark.usefixtures("folders")
class TestFromTheDatabase:
    @pytest.fixture
    def task(self) -> Task:
        task = make_task(make_course())
        for name in "123":
            make_pair(task.course, name)
        draw_configurations(course=task.course, instructor=task.course.instructors.get())
        return task

    def test_a_row_says_the_lot_and_whether_the_file_matches_it(self, task: Task) -> None:
        pair = task.course.pairs.get(name="2")
        TrainingConfiguration.objects.filter(pair=pair).update(size="n", image_size=416)
        evaluate_whole(hand_in(task, pair), 0.5)
        (row,) = board_of(task)["rows"]
        assert (row["pair"], row["matches_lot"], row["configuration"]["size"]) == ("2", True, "n")

    def test_a_new_draw_is_on_the_board_at_once(self, task: Task) -> None:
        pair = task.course.pairs.get(name="1")
        evaluate_whole(hand_in(task, pair), 0.5)
        before = board_of(task)
        TrainingConfiguration.objects.all().delete()
        draw_configurations(course=task.course, instructor=task.course.instructors.get(), again=True)
        after = board_of(task)
        lot = TrainingConfiguration.objects.get(pair=pair)
        assert after["rows"][0]["configuration"]["image_size"] == lot.image_size
        assert (after["revision"] > before["revision"]) == (after["rows"] != before["rows"])

    def test_a_history_holds_what_raised_the_best(self, task: Task) -> None:
        pair = task.course.pairs.get(name="1")
        for name, score in (("a", 0.4), ("b", 0.3), ("c", 0.6)):
            evaluate_whole(hand_in(task, pair, name), score)
        assert [score for _, score in histories(task)["1"]] == [0.4, 0.6]

    def test_looking_costs_few_queries_however_many_pairs(self, task: Task, django_assert_max_num_queries: Any) -> None:
        for pair in task.course.pairs.all():
            evaluate_whole(hand_in(task, pair, pair.name), 0.5)
        with django_assert_max_num_queries(2):
            assert len(what_if(task, Filters(group="A1"))) == 3
