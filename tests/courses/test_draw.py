"""The draw of training configurations is a pure function: spread, repeatable, and fair to those who have their lot."""

from collections import Counter
from typing import Any

import pytest

from courses.draw import Grid, Lot, draw

SMALL = Grid(sizes=("n", "s"), image_sizes=(160, 320, 640), frozen=(False, True), batch_sizes=(16,))


def test_every_pair_gets_a_lot_of_the_grid() -> None:
    drawn = draw(range(10), Grid(), seed="a")
    assert set(drawn) == set(range(10))
    assert set(drawn.values()) <= set(Grid().lots())


def test_nobody_shares_a_lot_while_the_grid_allows() -> None:
    assert len(set(draw(range(300), Grid(), seed="a").values())) == 300
    assert len(set(draw(range(12), SMALL, seed="a").values())) == 12


def test_more_pairs_than_lots_share_them_evenly() -> None:
    counts = Counter(draw(range(30), SMALL, seed="a").values())
    assert len(counts) == 12
    assert set(counts.values()) == {2, 3}


@pytest.mark.parametrize("pairs", [1, 5, 8, 37, 120])
def test_every_value_comes_up_as_often_as_every_other(pairs: int) -> None:
    drawn = draw(range(pairs), Grid(), seed="b").values()
    for factor, values in zip(
        Lot._fields, (Grid().sizes, Grid().image_sizes, (False, True), (4, 8, 16, 32)), strict=True
    ):
        counts = Counter(getattr(lot, factor) for lot in drawn)
        assert max(counts[value] for value in values) - min(counts[value] for value in values) <= 1, factor


def test_the_same_seed_draws_the_same_and_another_one_something_else() -> None:
    assert draw(range(20), Grid(), seed="a") == draw(reversed(range(20)), Grid(), seed="a")
    assert draw(range(20), Grid(), seed="a") != draw(range(20), Grid(), seed="b")


def test_a_pair_that_comes_later_gets_what_is_missing_and_nobody_elses_lot_moves() -> None:
    first = draw(range(11), SMALL, seed="a")
    later = draw(range(12), SMALL, seed="a", kept=first)
    assert list(later) == [11]
    assert {*first.values(), *later.values()} == set(SMALL.lots())


def test_nobody_to_draw_for_is_no_draw() -> None:
    assert draw([], Grid(), seed="a") == {}


def test_a_lot_that_the_grid_no_longer_has_is_kept() -> None:
    old = Lot("x", 1280, True, 8)
    assert draw([1, 2], SMALL, seed="a", kept={1: old}).keys() == {2}


def test_a_course_may_have_a_grid_of_its_own() -> None:
    assert Grid.from_json({}) == Grid()
    assert Grid.from_json(SMALL.to_json()) == SMALL
    assert Grid.from_json({"image_sizes": [640]}).image_sizes == (640,)


@pytest.mark.parametrize(
    "wrong",
    [None, [], {"colours": [1]}, {"sizes": []}, {"sizes": ["n", "n"]}, {"sizes": ["huge"]}, {"image_sizes": [1980]},
     {"image_sizes": [128]}, {"image_sizes": ["640"]}, {"image_sizes": [True]}, {"frozen": [0]}, {"batch_sizes": [0]},
     {"batch_sizes": [1.5]}, {"sizes": "ns"}, {"batch_sizes": list(range(1, 200))}],
)  # fmt: skip
def test_a_grid_that_cannot_be_trained_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r":"):
        Grid.from_json(wrong)
