"""Points and lines, as tables."""

import dataclasses

import pytest

from challenges.scoring import card_points, finished_lines, is_full, lines_of, points_for, points_possible
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


@pytest.mark.parametrize(
    ("points", "wrong", "hints", "earned"),
    [
        (10, 0, 0, 10),
        (10, 0, 2, 8),
        (10, 1, 2, 6),
        (10, 2, 2, 4),
        (10, 3, 2, 4),  # the floor holds, whatever was taken
        (10, 0, 6, 4),
        (10, 0, 1000, 4),
        (15, 1, 3, 9),
        (1, 0, 1, 1),
        (2, 0, 2, 1),
        (0, 0, 5, 0),
    ],
)
def test_hints_are_paid_from_what_the_quest_will_earn_and_never_below_the_floor(
    points: int, wrong: int, hints: int, earned: int
) -> None:
    assert points_for(points, wrong_attempts=wrong, hints_cost=hints) == earned


@pytest.mark.parametrize("points", range(0, 60))
def test_nothing_taken_or_missed_ever_raises_what_a_quest_earns(points: int) -> None:
    for wrong in range(6):
        for hints in range(0, points + 2):
            here = points_for(points, wrong_attempts=wrong, hints_cost=hints)
            assert points_for(points, wrong_attempts=wrong, hints_cost=hints + 1) <= here
            assert points_for(points, wrong_attempts=wrong + 1, hints_cost=hints) <= here


@pytest.mark.parametrize(("points", "wrong", "hints"), [(-1, 0, 0), (1, -1, 0), (1, 0, -1)])
def test_negative_points_attempts_and_costs_are_refused(points: int, wrong: int, hints: int) -> None:
    with pytest.raises(ValueError, match="never negative"):
        points_for(points, wrong_attempts=wrong, hints_cost=hints)


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


@pytest.mark.parametrize(
    ("solved", "lines", "full"),
    [
        ("", 0, 0),
        ("01", 0, 0),
        ("012", 10, 0),
        ("01236", 20, 0),
        ("012345678", 80, 30),
        ("01x", 0, 0),
    ],
)
def test_lines_and_the_full_card_add_their_bonus(solved: str, lines: int, full: int) -> None:
    card = dataclasses.replace(grid(3, 3), bonus=Bonus(line=10, full=30))
    found = card_points(card, dict.fromkeys(solved, 7))
    assert (found.quests, found.lines, found.full) == (7 * len(set(solved) & set("012345678")), lines, full)
    assert found.total == found.quests + found.bonus


def test_a_card_without_bonus_is_worth_its_quests() -> None:
    card = grid(3, 3)
    assert card_points(card, dict.fromkeys("012345678", 5)).total == 45
    assert points_possible(card).total == sum(quest.points for quest in card.quests)


def test_a_hunt_has_a_bonus_for_the_end_only() -> None:
    hunt = dataclasses.replace(grid(2, 2), layout=None, bonus=Bonus(line=10, full=30))
    assert card_points(hunt, dict.fromkeys("012", 1)).bonus == 0
    assert card_points(hunt, dict.fromkeys("0123", 1)).bonus == 30
