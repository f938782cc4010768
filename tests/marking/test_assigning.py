"""Who marks whom: everybody is served, nobody twice, nobody a pair they have a conflict with."""

import math
from collections.abc import Iterable

import pytest

from marking.assigning import ToMark, Wishes, make_plan, sample

ANNE, BRUNO, CHLOE = 101, 102, 103
A1, A2, B1 = 1, 2, 3


def pairs(count: int, group: int = A1) -> list[ToMark]:
    return [ToMark(number, group) for number in range(1, count + 1)]


def loads(plan: dict[int, int], markers: Iterable[int] = (ANNE, BRUNO, CHLOE)) -> list[int]:
    return [sum(given == marker for given in plan.values()) for marker in markers]


@pytest.mark.parametrize(
    ("count", "expected"), [(0, [0, 0, 0]), (1, [1, 0, 0]), (3, [1, 1, 1]), (30, [10, 10, 10]), (31, [11, 10, 10])]
)
def test_the_load_is_balanced(count: int, expected: list[int]) -> None:
    plan = make_plan(pairs(count), Wishes((ANNE, BRUNO, CHLOE)), first={}, second={})
    assert loads(plan.first) == expected
    assert plan.second == {}


def test_a_group_goes_to_its_marker_and_the_others_are_balanced() -> None:
    everybody = [ToMark(1, A1), ToMark(2, A1), ToMark(3, A2), ToMark(4, B1), ToMark(5, B1)]
    wishes = Wishes((ANNE, BRUNO, CHLOE), of_group={A1: ANNE, A2: BRUNO})
    plan = make_plan(everybody, wishes, first={}, second={})
    assert plan.first == {1: ANNE, 2: ANNE, 3: BRUNO, 4: CHLOE, 5: BRUNO}


def test_who_marks_already_keeps_marking_and_counts_as_load() -> None:
    plan = make_plan(pairs(4), Wishes((ANNE, BRUNO)), first={1: ANNE, 2: ANNE}, second={})
    assert plan.first == {1: ANNE, 2: ANNE, 3: BRUNO, 4: BRUNO}


def test_the_same_wishes_give_the_same_plan_and_a_new_pair_moves_nobody() -> None:
    wishes = Wishes((ANNE, BRUNO, CHLOE), percent=30, seed=7)
    plan = make_plan(pairs(20), wishes, first={}, second={})
    assert make_plan(pairs(20), wishes, first={}, second={}) == plan
    more = make_plan(pairs(21), wishes, first=plan.first, second=plan.second)
    assert plan.first.items() <= more.first.items()
    assert plan.second.items() <= more.second.items()


def test_nobody_marks_a_pair_they_have_a_conflict_with_not_even_their_groups() -> None:
    wishes = Wishes((ANNE, BRUNO), of_group={A1: ANNE}, conflicts={(1, ANNE), (2, ANNE), (2, BRUNO)})
    plan = make_plan(pairs(3), wishes, first={}, second={})
    assert plan.first == {1: BRUNO, 3: ANNE}
    assert plan.unplaced == (2,)


def test_the_second_marker_is_somebody_else() -> None:
    plan = make_plan(pairs(10), Wishes((ANNE, BRUNO, CHLOE), percent=100), first={}, second={})
    assert set(plan.second) == set(plan.first)
    assert all(plan.first[pair] != plan.second[pair] for pair in plan.first)
    assert max(map(plan.load, (ANNE, BRUNO, CHLOE))) - min(map(plan.load, (ANNE, BRUNO, CHLOE))) <= 1


def test_with_a_single_marker_a_sample_stays_unplaced() -> None:
    plan = make_plan(pairs(4), Wishes((ANNE,), percent=50), first={}, second={})
    assert loads(plan.first, [ANNE]) == [4]
    assert plan.second == {}
    assert len(plan.unplaced) == 2


def test_without_markers_everybody_is_unplaced() -> None:
    assert make_plan(pairs(2), Wishes(()), first={}, second={}).unplaced == (1, 2)


@pytest.mark.parametrize("percent", [0, 1, 20, 33, 50, 100])
def test_a_sample_has_its_size_rounded_up(percent: int) -> None:
    assert len(sample(range(30), percent=percent, seed=1)) == math.ceil(30 * percent / 100)


def test_a_sample_follows_its_seed_and_not_the_order() -> None:
    drawn = sample(range(40), percent=25, seed=1)
    assert drawn == sample(reversed(range(40)), percent=25, seed=1)
    assert drawn != sample(range(40), percent=25, seed=2)
