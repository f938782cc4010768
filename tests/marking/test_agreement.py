"""Two markers compared: the gap of every cell, figures over all of them, and what is settled at once."""

from typing import Any

import pytest

from marking.agreement import agree, agreement, both_notes, chosen_level, compare
from tests.marking.test_computing import rubric


def filled(*levels: int | None, note: str = "") -> dict[str, dict[str, Any]]:
    return {f"t{number}": {"level": level, "note": note} for number, level in enumerate(levels)}


def test_cells_are_compared_in_the_rubrics_order_filled_or_not() -> None:
    compared = compare(rubric(1, 1, 1, 1), filled(4, 1, None), filled(2, 1, 3))
    assert [(one.first, one.second, one.gap) for one in compared] == [
        (4, 2, 2), (1, 1, 0), (None, 3, None), (None, None, None),
    ]  # fmt: skip
    assert [one.differs(2) for one in compared] == [True, False, True, False]
    assert [one.differs(3) for one in compared] == [False, False, True, False]


@pytest.mark.parametrize(
    ("first", "second", "mean", "distance", "exact", "close"),
    [
        ((4, 4), (4, 4), 0, 0, 1, 1),
        ((4, 0), (0, 4), 0, 4, 0, 0),
        ((3, 2, 1, 4), (2, 2, 1, 1), 1, 1, 0.5, 0.75),
        ((0, None), (1, 3), -1, 1, 0, 1),
    ],
)
def test_figures_are_over_the_cells_that_both_filled(
    first: tuple[int, ...], second: tuple[int, ...], mean: float, distance: float, exact: float, close: float
) -> None:
    found = agreement(compare(rubric(*[1] * len(first)), filled(*first), filled(*second)))
    assert (found.mean_difference, found.mean_distance, found.exact, found.close) == (mean, distance, exact, close)


def test_without_a_common_cell_there_is_no_figure() -> None:
    found = agreement(compare(rubric(1, 1), filled(1, None), filled(None, 2)))
    assert (found.cells, found.mean_difference, found.exact) == (0, None, None)


def test_equal_levels_are_settled_and_the_others_wait_with_both_notes() -> None:
    compared = compare(rubric(1, 1), filled(3, 1, note="clear"), filled(3, 4, note="vague"))
    cells = agree(compared, {})
    assert [(cell["level"], cell["source"]) for cell in cells.values()] == [(3, "both"), (None, "")]
    assert cells["t1"] == {
        "level": None, "note": "clear\nvague", "source": "", "reason": "", "first": 1, "second": 4,
    }  # fmt: skip


def test_a_cell_that_was_settled_stays_settled_until_one_of_its_two_levels_changes() -> None:
    before = agree(compare(rubric(1), filled(1), filled(4)), {})
    before["t0"] |= {"level": 2, "source": "typed", "reason": "seen together", "note": "mine"}
    assert agree(compare(rubric(1), filled(1), filled(4)), before) == before
    assert agree(compare(rubric(1), filled(2), filled(4)), before)["t0"]["level"] is None


def test_the_same_note_is_not_said_twice() -> None:
    assert both_notes(compare(rubric(1), filled(1, note=" same "), filled(2, note="same"))[0]) == "same"


@pytest.mark.parametrize(
    ("cell", "source", "level"),
    [
        ({"first": 1, "second": 4}, "first", 1),
        ({"first": 1, "second": 4}, "second", 4),
        ({"first": 1, "second": 4}, "mean", 2.5),
        ({"first": 1, "second": 3}, "mean", 2),
        ({"first": 0, "second": 0}, "mean", 0),
        ({"first": None, "second": 3}, "mean", None),
        ({"first": None, "second": 3}, "first", None),
        ({}, "second", None),
    ],
)
def test_what_a_choice_stands_for(cell: dict[str, Any], source: str, level: float | None) -> None:
    assert chosen_level(cell, source) == level
