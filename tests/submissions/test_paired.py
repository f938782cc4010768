"""Telling scores apart and the Ladder are pure functions."""

import random
import statistics

import pytest

from submissions.paired import Scored, can_be_told_apart, ladder, paired_difference

WAVE = [0.05 * (-1) ** k for k in range(40)]


def around(score: float, noise: list[float]) -> Scored:
    return Scored(score, [score + each for each in noise])


def test_the_interval_of_a_difference_is_the_percentile_one() -> None:
    dice = random.Random(7)
    one, other = ([dice.gauss(mean, 0.1) for _ in range(200)] for mean in (0.6, 0.5))
    interval = paired_difference(one, other)
    cuts = statistics.quantiles([a - b for a, b in zip(one, other, strict=True)], n=40, method="inclusive")
    assert interval == pytest.approx((cuts[0], cuts[-1]))


@pytest.mark.parametrize(
    ("one", "other"), [([], []), ([0.1], []), ([0.1], [0.1, 0.2]), ([float("nan")], [0.1]), ([float("inf")], [0.1])]
)
def test_draws_that_are_no_pair_have_no_difference(one: list[float], other: list[float]) -> None:
    assert paired_difference(one, other) is None


def test_what_pictures_have_in_common_does_not_hide_a_difference() -> None:
    assert can_be_told_apart(around(0.5, WAVE), around(0.49, WAVE))
    assert not can_be_told_apart(around(0.5, WAVE), around(0.49, WAVE[::-1]))


@pytest.mark.parametrize(
    ("submissions", "shown"),
    [
        ([], []),
        ([Scored(None)], [None]),
        ([Scored(0.4), Scored(0.3), Scored(0.5)], [0.4, 0.4, 0.5]),
        ([Scored(None), Scored(0.3), Scored(None), Scored(0.4)], [None, 0.3, 0.3, 0.4]),
        # noise that is not paired is no gain
        ([around(0.4, WAVE), around(0.42, WAVE[::-1])], [0.4, 0.4]),
        # a small gain on the very same pictures is one
        ([around(0.4, WAVE), around(0.42, WAVE)], [0.4, 0.42]),
        # each step is measured from what is shown, not from what was last sent
        ([around(0.4, WAVE), around(0.42, WAVE[::-1]), around(0.43, WAVE)], [0.4, 0.4, 0.43]),
        ([Scored(0.4), Scored(0.4)], [0.4, 0.4]),
    ],
)
def test_the_ladder_moves_on_a_significant_gain_only(submissions: list[Scored], shown: list[float | None]) -> None:
    assert ladder(submissions) == shown
