"""Firsts and streaks, as tables."""

import pytest

from challenges.races import Solve, Streak, Tried, first_to_solve, streak


@pytest.mark.parametrize(
    ("solves", "first"),
    [
        ([], {}),
        ([("a", 1, 10, 1)], {"a": 1}),
        ([("a", 1, 10, 1), ("a", 2, 9, 2)], {"a": 2}),
        ([("a", 2, 9, 2), ("a", 1, 10, 1)], {"a": 2}),
        ([("a", 1, 10, 2), ("a", 2, 10, 1)], {"a": 2}),  # the same moment
        ([("a", 1, 10, 1), ("a", 2, 10, 2), ("a", 3, 10, 3)], {"a": 1}),
        ([("a", 1, 10, 1), ("b", 2, 10, 2), ("b", 1, 11, 3)], {"a": 1, "b": 2}),
    ],
)
def test_the_first_to_solve_a_quest(solves: list[tuple[str, int, int, int]], first: dict[str, int]) -> None:
    assert first_to_solve(Solve(*one) for one in solves) == first


@pytest.mark.parametrize(
    ("attempts", "current", "longest"),
    [
        ("", 0, 0),
        ("a+", 1, 1),
        ("a+ b+ c+", 3, 3),
        ("a-", 0, 0),
        ("a- a+", 0, 0),  # mended, not solved at the first try
        ("a+ b- b+", 0, 1),
        ("a+ b- c+", 1, 1),
        ("a+ b+ c- c+ d+", 1, 2),
        ("a+ b- b- d+ e+ f+", 3, 3),
    ],
)
def test_a_streak_is_of_quests_solved_at_the_first_try(attempts: str, current: int, longest: int) -> None:
    tried = [Tried(one[0], one[1] == "+") for one in attempts.split()]
    assert streak(tried) == Streak(current, longest)
