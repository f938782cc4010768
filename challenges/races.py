"""Who solved a quest first, and how many were solved in a row at the first try: pure functions of attempts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Solve:
    """One right answer: whose, when (anything that can be compared), and the attempt's id."""

    quest: str
    pair: int
    solved_at: Any
    attempt: int


def first_to_solve(solves: Iterable[Solve]) -> dict[str, int]:
    """Quest → the pair that solved it first. Two at the same moment: the attempt that was written first."""
    first: dict[str, Solve] = {}
    for solve in solves:
        best = first.setdefault(solve.quest, solve)
        if (solve.solved_at, solve.attempt) < (best.solved_at, best.attempt):
            first[solve.quest] = solve
    return {quest: solve.pair for quest, solve in first.items()}


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt, typed or handed in, once it was decided."""

    quest: str
    is_correct: bool


@dataclass(frozen=True, slots=True)
class Streak:
    """Quests solved in a row, each at the first try: now, and the longest ever."""

    current: int = 0
    longest: int = 0


def streak(attempts: Iterable[Tried]) -> Streak:
    """The streak after these attempts, oldest first. A wrong one ends it; mending it later starts none."""
    tried: set[str] = set()
    current = longest = 0
    for attempt in attempts:
        if not attempt.is_correct:
            current = 0
        elif attempt.quest not in tried:
            current += 1
        longest = max(longest, current)
        tried.add(attempt.quest)
    return Streak(current, longest)
