"""Hints, locks, bonuses and firsts: what is written down, what is told, and what must not be."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from accounts.errors import Refusal
from challenges.spec import Bonus, Card, Layout
from courses.models import Pair
from quests import locks, queries, services
from quests.hints import take_hint
from quests.models import Attempt, HandIn, HintTaken, Unlock, Variant
from quests.recording import kept
from quests.signals import card_changed
from tests.builders import make_course, make_pair, member_of
from tests.game_card import RIGHT, SLUG, WRONG, deal, hints, make_quest, put_card, say, solve

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    return make_pair(make_course())


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    quests = (
        make_quest("a", hints=hints(5, 4)),
        make_quest("b", prerequisites=("a",)),
        make_quest("c", prerequisites=("a", "b")),
        make_quest("d"),
    )
    return put_card(monkeypatch, quests, layout=Layout(2, 2), bonus=Bonus(line=10, full=30))


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """What whoever watches the room was told."""
    heard: list[dict[str, Any]] = []

    def hear(**said: Any) -> None:
        heard.append({name: said[name] for name in ("pair", "card", "quest", "what", "by", "data")})

    card_changed.connect(hear)
    yield heard
    card_changed.disconnect(hear)


def take(pair: Pair, quest: str, number: int | None = None, who: str | None = None) -> HintTaken:
    found = queries.find_card(SLUG)
    author = pair.members.get(username=who) if who else member_of(pair)
    return take_hint(pair=pair, author=author, card=found, quest=found.quest(quest), number=number)


def state(pair: Pair, quest: str) -> queries.QuestState:
    on_the_card = queries.card_state(pair, SLUG).by_slug[quest]
    on_its_page = queries.quest_page(pair, SLUG, quest).state
    assert on_its_page == queries.card_state(pair, SLUG).by_slug[quest]
    return on_the_card


# --- hints -----------------------------------------------------------------------------------------------------------


def test_a_pair_with_no_point_at_all_can_take_the_first_hint(card: Card, pair: Pair) -> None:
    deal(pair, "a")
    assert queries.card_state(pair, SLUG).points == 0
    hint = take(pair, "a")
    assert (hint.number, hint.cost, hint.taken_by) == (1, 5, member_of(pair))
    assert queries.card_state(pair, SLUG).points == 0


def test_a_hint_lowers_what_its_quest_will_earn_and_nothing_else(card: Card, pair: Pair) -> None:
    solve(pair, "d")
    before = queries.card_state(pair, SLUG).points
    deal(pair, "a")
    take(pair, "a")
    assert queries.card_state(pair, SLUG).points == before
    assert state(pair, "a").points_now == 15
    assert say(pair, "a", RIGHT).points == 15
    assert queries.card_state(pair, SLUG).points >= before + 15


def test_a_hint_taken_after_solving_is_free_and_no_point_is_lost(card: Card, pair: Pair) -> None:
    solve(pair, "a")
    assert state(pair, "a").next_hint_cost == 0
    assert [take(pair, "a").cost, take(pair, "a").cost] == [0, 0]
    assert state(pair, "a").points == 20
    assert Attempt.objects.get().points == 20


def test_two_clicks_or_two_members_buy_one_hint(card: Card, pair: Pair) -> None:
    deal(pair, "a")
    first = take(pair, "a", 1, "pair1a")
    assert take(pair, "a", 1, "pair1a") == first
    assert take(pair, "a", 1, "pair1b") == first
    assert HintTaken.objects.get().taken_by.username == "pair1a"


def test_a_hint_is_paid_once_whatever_happens(card: Card, pair: Pair) -> None:
    hint = HintTaken.objects.create(variant=deal(pair, "a"), number=1, cost=5, taken_by=member_of(pair))
    with pytest.raises(IntegrityError):
        HintTaken.objects.create(variant=hint.variant, number=1, cost=5, taken_by=member_of(pair))


@pytest.mark.parametrize("number", [None, 0, -1, 2, 3, 10**9])
def test_hints_come_in_order_and_end(card: Card, pair: Pair, number: int | None) -> None:
    deal(pair, "a")
    if number is None:
        assert [take(pair, "a").number, take(pair, "a").number] == [1, 2]
    taken = HintTaken.objects.count()
    with pytest.raises(Refusal) as refusal:
        take(pair, "a", number)
    assert (refusal.value.code, refusal.value.status) == ("no_hint_left", 409)
    assert HintTaken.objects.count() == taken


def test_a_hint_is_not_taken_while_the_quest_is_prepared_or_locked(card: Card, pair: Pair) -> None:
    for quest, code in (("a", "key_not_ready"), ("b", "quest_locked")):
        with pytest.raises(Refusal) as refusal:
            take(pair, quest)
        assert refusal.value.code == code
    assert not HintTaken.objects.exists()


def test_another_pair_has_not_got_the_hint(card: Card, pair: Pair) -> None:
    deal(pair, "a")
    take(pair, "a")
    neighbours = make_pair(pair.course, "2")
    deal(neighbours, "a")
    assert state(neighbours, "a").hints == ()
    assert state(neighbours, "a").points_now == 20
    assert [text["en"] for _, text in state(pair, "a").hints] == ["Hint number 1."]


# --- locks -----------------------------------------------------------------------------------------------------------


def test_a_locked_quest_is_neither_dealt_nor_answered_and_says_what_comes_first(card: Card, pair: Pair) -> None:
    for quest, first in (("b", "“Quest a”."), ("c", "“Quest a”, “Quest b”.")):
        with pytest.raises(Refusal) as refusal:
            say(pair, quest, RIGHT)
        assert (refusal.value.code, refusal.value.status) == ("quest_locked", 409)
        assert refusal.value.advice["en"].endswith(first)
        page = queries.quest_page(pair, SLUG, quest)
        assert (page.state.state, page.statement, page.parameters) == ("locked", {"fr": "", "en": ""}, {})
    assert not Variant.objects.exists()
    assert not Attempt.objects.exists()


def test_solving_what_comes_first_opens_the_next(card: Card, pair: Pair) -> None:
    assert [one.state for one in queries.card_state(pair, SLUG).quests] == ["open", "locked", "locked", "open"]
    solve(pair, "a")
    assert [one.state for one in queries.card_state(pair, SLUG).quests] == ["solved", "open", "locked", "open"]
    assert [quest.slug for quest in state(pair, "c").waits_for] == ["b"]
    solve(pair, "b", "c")
    assert state(pair, "c").state == "solved"


def test_keys_may_be_made_ahead_without_opening_anything(card: Card, pair: Pair) -> None:
    variant = services.deal_ahead(pair=pair, card=card, quest=card.quest("b"))
    assert variant is not None
    assert state(pair, "b").state == "locked"
    assert queries.quest_page(pair, SLUG, "b").statement["en"] == ""


def test_an_instructor_unlocks_a_quest_for_one_pair_only(card: Card, pair: Pair) -> None:
    prof = pair.course.instructors.get()
    neighbours = make_pair(pair.course, "2")
    locks.unlock(instructor=prof, pair=pair, card=card, quest=card.quest("c"))
    solve(pair, "c")
    assert state(pair, "b").state == "locked"
    assert state(neighbours, "c").state == "locked"
    assert Unlock.objects.get().unlocked_by == prof


def test_added_attempts_add_up_and_open_an_exhausted_quest(card: Card, pair: Pair) -> None:
    deal(pair, "d")
    for number in range(4):
        say(pair, "d", f"1x1x1x{number + 2}")
    assert state(pair, "d").state == "exhausted"
    for extra, left in ((1, 1), (2, 3), (0, 3)):
        locks.unlock(
            instructor=pair.course.instructors.get(),
            pair=pair,
            card=card,
            quest=card.quest("d"),
            extra_attempts=extra,
        )
        assert (state(pair, "d").state, state(pair, "d").attempts_left) == ("open", left)
    result = say(pair, "d", WRONG)
    assert result.attempts_left == 2
    assert say(pair, "d", RIGHT).verdict == "correct"


@pytest.mark.parametrize("extra", [-1, 21, 10**6])
def test_attempts_are_added_by_the_handful(card: Card, pair: Pair, extra: int) -> None:
    with pytest.raises(ValueError, match="handful"):
        locks.unlock(
            instructor=pair.course.instructors.get(), pair=pair, card=card, quest=card.quest("d"), extra_attempts=extra
        )
    assert not Unlock.objects.exists()


# --- points, firsts, streaks -----------------------------------------------------------------------------------------


def test_lines_and_the_full_card_are_worth_their_bonus(card: Card, pair: Pair) -> None:
    solve(pair, "a")
    assert queries.card_state(pair, SLUG).points == 20
    solve(pair, "b")
    card_state = queries.card_state(pair, SLUG)
    assert (card_state.points, card_state.earned.lines, card_state.lines) == (50, 10, (("a", "b"),))
    solve(pair, "d", "c")
    card_state = queries.card_state(pair, SLUG)
    assert card_state.is_full
    assert card_state.points == card_state.points_possible == 4 * 20 + 6 * 10 + 30


def test_the_first_to_solve_is_known_to_itself_alone(card: Card, pair: Pair) -> None:
    neighbours = make_pair(pair.course, "2")
    elsewhere = make_pair(make_course("other", instructor="other-prof"), "3")
    solve(elsewhere, "a")
    solve(neighbours, "a")
    solve(pair, "a")
    assert state(neighbours, "a").is_first
    assert not state(pair, "a").is_first
    assert state(elsewhere, "a").is_first


def test_a_streak_is_of_quests_solved_at_the_first_try(card: Card, pair: Pair) -> None:
    solve(pair, "a", "b")
    assert queries.card_state(pair, SLUG).streak.current == 2
    deal(pair, "d")
    say(pair, "d", WRONG)
    say(pair, "d", RIGHT)
    found = queries.card_state(pair, SLUG).streak
    assert (found.current, found.longest) == (0, 2)


def test_the_next_step_is_one_that_can_be_taken(card: Card, pair: Pair) -> None:
    following = queries.card_state(pair, SLUG).next_step
    step = following(after="a")
    assert step is not None
    assert step.quest.slug == "d"  # b and c are locked
    solve(pair, "a", "d", "b", "c")
    assert queries.card_state(pair, SLUG).next_step() is None


# --- what is told ----------------------------------------------------------------------------------------------------


def test_whoever_watches_is_told_public_numbers_and_nothing_else(
    card: Card, pair: Pair, told: list[dict[str, Any]]
) -> None:
    deal(pair, "a")
    say(pair, "a", WRONG)
    take(pair, "a")
    say(pair, "a", RIGHT)
    solve(pair, "b", "d", "c")
    locks.unlock(instructor=pair.course.instructors.get(), pair=pair, card=card, quest=card.quest("d"))
    assert [(one["quest"], one["what"]) for one in told] == [
        ("a", "wrong"),
        ("a", "hint"),
        ("a", "solved"),
        ("b", "solved"),
        ("b", "line"),
        ("d", "solved"),
        ("d", "line"),
        ("d", "line"),
        ("c", "solved"),
        ("c", "line"),
        ("c", "line"),
        ("c", "line"),
        ("c", "full"),
        ("d", "unlocked"),
    ]
    assert all((one["pair"], one["card"]) == (pair, SLUG) for one in told)
    assert told[2]["data"] == {"points": 11, "attempts": 2, "first": True}
    assert {"96", "40", "24"}.isdisjoint(str([one["data"] for one in told]).split(" "))
    assert RIGHT not in str(told)


def test_nothing_is_told_of_an_answer_that_was_not_written(card: Card, pair: Pair, told: list[dict[str, Any]]) -> None:
    deal(pair, "a")
    for text in ("nonsense", WRONG, WRONG, RIGHT, RIGHT, "1x1x1x9"):
        say(pair, "a", text)
    assert [one["what"] for one in told] == ["wrong", "solved"]


def test_a_watcher_that_fails_takes_the_answer_back(card: Card, pair: Pair) -> None:
    """Told inside the transaction: either both are written, or neither."""
    deal(pair, "a")

    def broken(**_: Any) -> None:
        raise RuntimeError("the event could not be written")

    card_changed.connect(broken)
    try:
        with pytest.raises(RuntimeError):
            say(pair, "a", RIGHT)
    finally:
        card_changed.disconnect(broken)
    assert not Attempt.objects.exists()


# --- what is handed in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["checking", "waiting"])
def test_a_quest_whose_hand_in_is_undecided_says_so_and_is_not_proposed(card: Card, pair: Pair, status: str) -> None:
    HandIn.objects.create(variant=deal(pair, "a"), author=member_of(pair), status=status)
    card_state = queries.card_state(pair, SLUG)
    assert card_state.by_slug["a"].state == status
    step = card_state.next_step()
    assert step is not None
    assert step.quest.slug == "d"


def test_a_long_answer_is_kept_by_its_beginning_and_a_fingerprint() -> None:
    assert kept("1 × 2") == "1 × 2"
    one, other = kept("1 " * 150), kept("1 " * 149 + "2 ")
    assert one != other
    assert len(one) <= 200


def test_a_card_costs_the_same_few_queries_whatever_was_played(
    card: Card, pair: Pair, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    deal(pair, "a")
    take(pair, "a")
    solve(pair, "a", "b", "c", "d")
    with django_assert_max_num_queries(5):
        queries.card_state(pair, SLUG)
