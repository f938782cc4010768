"""From levels to a mark, on cases computed by hand."""

from decimal import Decimal
from pathlib import PurePath
from typing import Any

import pytest

from challenges.rubric import Rubric, from_document, to_document
from challenges.rubric_file import default_rubric
from marking.computing import clipped, compute, final_mark, personal_mark, rounded

FILE = PurePath("rubric.yaml")
TEXT = {"fr": "x", "en": "y"}


def rubric(*weights: float, rounding: str = "0.25") -> Rubric:
    cells = [
        {"theme": f"t{number}", "weight": weight, "expects": TEXT, "descriptors": [TEXT] * 5}
        for number, weight in enumerate(weights)
    ]
    themes = [{"key": f"t{number}", "title": TEXT} for number in range(len(weights))]
    return from_document(
        {"title": TEXT, "intro": TEXT, "rounding": float(rounding), "themes": themes, "analyses": [], "scopes": [],
         "cells": cells}
    )  # fmt: skip


def levels(*given: float | None) -> dict[str, Any]:
    return {f"t{number}": level for number, level in enumerate(given)}


@pytest.mark.parametrize(
    ("weights", "given", "mark"),
    [
        ((1, 1), (4, 4), "20"),
        ((1, 1), (0, 0), "0"),
        ((1, 1), (2, 2), "10"),
        ((1, 1), (3, 4), "17.5"),
        ((3, 1), (4, 0), "15"),
        ((1, 2), (1, 3), "11.75"),  # 20 × 7/12 = 11.6667
        ((1, 1, 1), (1, 0, 0), "1.75"),  # 1.6667
        ((0.5, 1.5), (4, 2), "12.5"),
        ((1, 0), (4, 0), "20"),  # a cell of weight 0 is noted and not counted
        ((1, 0), (4, None), "20"),
        ((1, 1), (2.5, 2.5), "12.5"),  # a mean of two markers
        ((1, 1), (9, 0), "10"),  # no level beyond the scale makes up for another
        ((1, 1), (-3, 4), "10"),
    ],
)
def test_a_mark_is_the_weighted_share_of_what_could_be_had(
    weights: tuple[float, ...], given: tuple[float, ...], mark: str
) -> None:
    computed = compute(rubric(*weights), levels(*given))
    assert computed.mark == computed.so_far == Decimal(mark)


@pytest.mark.parametrize(
    ("given", "so_far", "filled"),
    [((), None, 0), ((None, None), None, 0), ((4, None), "20", 1), ((None, 1), "5", 1), ((0, None), "0", 1)],
)
def test_an_empty_cell_gives_no_mark_only_an_indication(
    given: tuple[int, ...], so_far: str | None, filled: int
) -> None:
    computed = compute(rubric(1, 1), levels(*given))
    assert computed.mark is None
    assert computed.so_far == (None if so_far is None else Decimal(so_far))
    assert (computed.filled, computed.cells) == (filled, 2)


def test_where_only_a_weightless_cell_is_filled_there_is_no_indication() -> None:
    assert compute(rubric(1, 0), levels(None, 3)).so_far is None


def test_cells_of_another_version_and_levels_out_of_bounds_change_nothing() -> None:
    assert compute(rubric(1), {"t0": 2, "gone.for.good": 4}).mark == 10
    assert compute(rubric(1), {"t0": 9}).mark == 20
    assert compute(rubric(1), {"t0": -3}).mark == 0


@pytest.mark.parametrize(
    ("mark", "step", "expected"),
    [
        ("10.125", "0.25", "10.25"), ("10.124", "0.25", "10"), ("10.375", "0.25", "10.5"),
        ("10.25", "0.5", "10.5"), ("10.75", "0.5", "11"), ("10.74", "0.5", "10.5"),
        ("10.5", "1", "11"), ("10.49", "1", "10"), ("10.05", "0.1", "10.1"), ("10.005", "0.01", "10.01"),
        ("0", "0.25", "0"), ("20", "0.25", "20"), ("19.875", "0.25", "20"),
    ],
)  # fmt: skip
def test_rounding_goes_to_the_nearest_step_and_halves_go_up(mark: str, step: str, expected: str) -> None:
    assert rounded(Decimal(mark), Decimal(step)) == Decimal(expected)


def test_each_rubric_rounds_by_its_own_step() -> None:
    marks = {step: compute(rubric(1, 2, rounding=step), levels(1, 3)).mark for step in ("0.01", "0.1", "0.5", "1")}
    assert marks == {"0.01": Decimal("11.67"), "0.1": Decimal("11.7"), "0.5": Decimal("11.5"), "1": Decimal(12)}


def test_every_step_of_the_default_rubric_is_reached_exactly() -> None:
    rubric = default_rubric()
    for level, mark in enumerate((0, 5, 10, 15, 20)):
        assert compute(rubric, dict.fromkeys(rubric.keys, level)).mark == mark
    assert from_document(to_document(rubric)) == rubric


@pytest.mark.parametrize(
    ("computed", "override", "final"),
    [("12", None, "12"), ("12", "13.5", "13.5"), (None, "9", "9"), (None, None, None), ("12", "0", "0"),
     ("12", "21", "20")],
)  # fmt: skip
def test_what_an_instructor_wrote_comes_before_what_the_rubric_gives(
    computed: str | None, override: str | None, final: str | None
) -> None:
    given = [None if one is None else Decimal(one) for one in (computed, override, final)]
    assert final_mark(given[0], given[1]) == given[2]


@pytest.mark.parametrize(
    ("mark", "delta", "mine"),
    [("12", "0", "12"), ("12", "1.5", "13.5"), ("12", "-2", "10"), ("19", "3", "20"), ("1", "-4", "0"),
     ("20", "0", "20")],
)  # fmt: skip
def test_one_members_mark_stays_between_0_and_20(mark: str, delta: str, mine: str) -> None:
    assert personal_mark(Decimal(mark), Decimal(delta)) == Decimal(mine)


def test_clipping() -> None:
    assert [clipped(Decimal(one)) for one in ("-1", "0", "20", "20.01")] == [0, 0, 20, 20]
