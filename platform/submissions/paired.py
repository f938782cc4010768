"""Can two scores be told apart? Pure: draws in, an interval out.

Draw k of the bootstrap is the same resample of the pictures for every file on the same data, so the differences of two
files' draws are free of what the pictures have in common (Efron and Tibshirani, An Introduction to the Bootstrap,
1993, chapter 8).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

#: So much of the draws is left out on either side: a 95 % interval.
TAIL: Final = 0.025


@dataclass(frozen=True)
class Scored:
    """A score in 0…1, None where there is none, with its bootstrap draws, empty where there are none."""

    score: float | None
    draws: Sequence[float] = ()


def paired_difference(one: Sequence[float], other: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % percentile interval of ``one`` minus ``other``; None when they are no paired draws."""
    if not one or len(one) != len(other):
        return None
    differences = sorted(a - b for a, b in zip(one, other, strict=True))
    if not all(map(math.isfinite, differences)):
        return None
    return _quantile(differences, TAIL), _quantile(differences, 1 - TAIL)


def can_be_told_apart(one: Scored, other: Scored) -> bool:
    """Whether 0 lies outside the interval of their difference; without draws, whether the scores differ."""
    if one.score == other.score:
        return False
    difference = paired_difference(one.draws, other.draws)
    return difference is None or not difference[0] <= 0 <= difference[1]


def ladder(submissions: Iterable[Scored]) -> list[float | None]:
    """What is shown after each of a pair's submissions, in the order in which they came.

    The shown score moves only to a higher one whose paired gain over it is significant, so that nobody climbs on the
    noise of the hidden pictures by sending often (the Ladder: Blum and Hardt, 2015, with the bootstrap as its test).
    """
    shown: list[float | None] = []
    current = Scored(None)
    for submission in submissions:
        if submission.score is not None and _climbs(submission, current):
            current = submission
        shown.append(current.score)
    return shown


def _climbs(new: Scored, current: Scored) -> bool:
    if current.score is None or new.score is None:
        return current.score is None
    if new.score <= current.score:
        return False
    gain = paired_difference(new.draws, current.draws)
    return gain is None or gain[0] > 0


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between the two nearest, as ``numpy.quantile`` does."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
