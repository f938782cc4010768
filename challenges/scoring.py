"""Points, bingo lines and what they add: pure functions of what was solved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from challenges.spec import Card

LOST_PER_WRONG_ATTEMPT: Final = 20  # percent
LEAST_SHARE: Final = 40  # percent


def points_for(points: int, *, wrong_attempts: int, hints_cost: int = 0) -> int:
    """What a right answer earns: the points, a fifth less for each wrong one before, less what the hints cost.

    Never under 40 % of the points, rounded to the nearest whole one, and at least one when the quest is worth any.
    """
    if points < 0 or wrong_attempts < 0 or hints_cost < 0:
        raise ValueError("points, wrong attempts and costs are never negative")
    share = max(100 - LOST_PER_WRONG_ATTEMPT * wrong_attempts, LEAST_SHARE)
    least = max(_percent(points, LEAST_SHARE), min(points, 1))
    return max(_percent(points, share) - hints_cost, least)


def _percent(points: int, share: int) -> int:
    return (points * share + 50) // 100


@dataclass(frozen=True, slots=True)
class CardPoints:
    """What a card has earned: by its quests, by its finished lines, by being full."""

    quests: int
    lines: int
    full: int

    @property
    def bonus(self) -> int:
        return self.lines + self.full

    @property
    def total(self) -> int:
        return self.quests + self.bonus


def card_points(card: Card, earned: Mapping[str, int]) -> CardPoints:
    """The points of a card from what each solved quest earned; quests that the card does not have count for nothing."""
    mine = {quest.slug: earned[quest.slug] for quest in card.quests if quest.slug in earned}
    return CardPoints(
        quests=sum(mine.values()),
        lines=card.bonus.line * len(finished_lines(card, mine)),
        full=card.bonus.full if is_full(card, mine) else 0,
    )


def points_possible(card: Card) -> CardPoints:
    """What the card is worth when everything is solved at the first try, without a hint."""
    return card_points(card, {quest.slug: quest.points for quest in card.quests})


def lines_of(card: Card) -> tuple[tuple[str, ...], ...]:
    """Every line of the card's grid as quest slugs: rows, then columns, then (of a square) both diagonals.

    A card without a grid has none.
    """
    if card.layout is None:
        return ()
    rows, columns = card.layout.rows, card.layout.columns
    grid = [[card.quests[row * columns + column].slug for column in range(columns)] for row in range(rows)]
    lines = [tuple(row) for row in grid]
    lines += [tuple(grid[row][column] for row in range(rows)) for column in range(columns)]
    if rows == columns:
        lines.append(tuple(grid[step][step] for step in range(rows)))
        lines.append(tuple(grid[step][columns - 1 - step] for step in range(rows)))
    return tuple(lines)


def finished_lines(card: Card, solved: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """The lines whose quests are all solved."""
    return tuple(line for line in lines_of(card) if set(line) <= set(solved))


def is_full(card: Card, solved: Collection[str]) -> bool:
    """Whether every quest of the card is solved."""
    return {quest.slug for quest in card.quests} <= set(solved)
