"""What is open and what comes next, as tables."""

import dataclasses

import pytest

from challenges.order import is_open, missing, next_step, suggested
from challenges.spec import Bonus, Card, Quest, load_cards

MODEL = load_cards()[0].quests[0]


def quest(slug: str, *needs: str, side: bool = False) -> Quest:
    return dataclasses.replace(MODEL, slug=slug, prerequisites=needs, section="side" if side else "main")


def card(*quests: Quest) -> Card:
    return Card("test", MODEL.title, MODEL.title, None, Bonus(), quests)


@pytest.mark.parametrize(
    ("needs", "solved", "waits_for"),
    [
        ((), "", ()),
        ((), "a", ()),
        (("a",), "", ("a",)),
        (("a",), "a", ()),
        (("b", "a"), "", ("b", "a")),
        (("b", "a"), "b", ("a",)),
        (("b", "a"), "abc", ()),
    ],
)
def test_a_quest_opens_when_everything_it_waits_for_is_solved(
    needs: tuple[str, ...], solved: str, waits_for: tuple[str, ...]
) -> None:
    one = quest("x", *needs)
    assert missing(one, set(solved)) == waits_for
    assert is_open(one, set(solved)) == (waits_for == ())
    assert is_open(one, set(solved), {"x"})
    assert is_open(one, set(solved), {"y"}) == (waits_for == ())


def test_main_quests_are_suggested_before_side_quests_in_the_cards_order() -> None:
    one = card(quest("a", side=True), quest("b"), quest("c", side=True), quest("d"))
    assert [each.slug for each in suggested(one)] == ["b", "d", "a", "c"]
    assert suggested(card()) == ()


@pytest.mark.parametrize(
    ("waiting", "after", "expected"),
    [
        ("abcd", None, "b"),
        ("abcd", "b", "d"),
        ("abcd", "d", "b"),
        ("acd", "a", "d"),
        ("ac", None, "a"),
        ("ac", "a", "c"),
        ("ac", "b", "c"),
        ("a", "a", None),
        ("b", "b", None),
        ("", None, None),
        ("", "a", None),
        ("ab", "gone", "b"),
    ],
)
def test_the_next_step_is_a_main_quest_as_long_as_there_is_one(
    waiting: str, after: str | None, expected: str | None
) -> None:
    one = card(quest("a", side=True), quest("b"), quest("c", side=True), quest("d"))
    assert next_step(one, set(waiting), after=after) == expected
