"""Points and lines, as tables."""

import dataclasses

import pytest

from challenges.scoring import finished_lines, is_full, lines_of, points_for
from challenges.spec import Bonus, Card, Layout, load_cards

BINGO = next(card for card in load_cards() if card.layout)


def grid(rows: int, columns: int) -> Card:
    """A card whose quests are called 0, 1, 2 … row by row."""
    model = BINGO.quests[0]
    quests = tuple(dataclasses.replace(model, slug=str(number)) for number in range(rows * columns))
    return Card(BINGO.slug, BINGO.title, BINGO.intro, Layout(rows, columns), Bonus(), quests)


@pytest.mark.parametrize(
    ("points", "wrong", "earned"),
    [
        (10, 0, 10),
        (10, 1, 8),
        (10, 2, 6),
        (10, 3, 4),
        (10, 4, 4),
        (10, 100, 4),
        (15, 1, 12),
        (15, 3, 6),
        (1, 0, 1),
        (1, 9, 1),
        (2, 3, 1),
        (0, 0, 0),
        (0, 5, 0),
    ],
)
def test_a_wrong_answer_costs_a_fifth_and_never_everything(points: int, wrong: int, earned: int) -> None:
    assert points_for(points, wrong_attempts=wrong) == earned


@pytest.mark.parametrize(("points", "wrong"), [(-1, 0), (1, -1)])
def test_negative_points_and_attempts_are_refused(points: int, wrong: int) -> None:
    with pytest.raises(ValueError, match="never negative"):
        points_for(points, wrong_attempts=wrong)


@pytest.mark.parametrize(
    ("solved", "lines"),
    [
        ("", []),
        ("01", []),
        ("012", ["012"]),
        ("036", ["036"]),
        ("048", ["048"]),
        ("246", ["246"]),
        ("01236", ["012", "036"]),
        ("02468", ["048", "246"]),
        ("012345678", ["012", "345", "678", "036", "147", "258", "048", "246"]),
        ("01x", []),
    ],
)
def test_lines_are_rows_columns_and_diagonals(solved: str, lines: list[str]) -> None:
    assert ["".join(line) for line in finished_lines(grid(3, 3), set(solved))] == lines


def test_a_grid_that_is_no_square_has_no_diagonal() -> None:
    assert ["".join(line) for line in lines_of(grid(2, 3))] == ["012", "345", "03", "14", "25"]


def test_a_hunt_has_no_lines() -> None:
    hunt = next(card for card in load_cards() if card.layout is None)
    assert lines_of(hunt) == ()
    assert finished_lines(hunt, {quest.slug for quest in hunt.quests}) == ()


def test_a_card_is_full_when_nothing_is_left() -> None:
    slugs = {quest.slug for quest in BINGO.quests}
    assert is_full(BINGO, slugs)
    assert is_full(BINGO, slugs | {"something-else"})
    assert not is_full(BINGO, slugs - {BINGO.quests[0].slug})
    assert not is_full(BINGO, set())
