"""Hints, locks, prizes and chapters on the pages, for the pair, its neighbours and strangers."""

import dataclasses

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from challenges.spec import Bonus, Card, Chapter, Layout
from courses.models import Pair
from quests.hints import take_hint
from quests.models import Attempt, HandIn, HintTaken, Unlock
from tests.builders import make_course, make_pair, make_person, member_of
from tests.game_card import RIGHT, SLUG, WRONG, deal, hints, make_quest, put_card, solve
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
CARD = f"/cards/{SLUG}/"


def quest(slug: str, more: str = "") -> str:
    return f"{CARD}quests/{slug}/{more}"


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
def hunt(monkeypatch: pytest.MonkeyPatch) -> Card:
    """Twenty questions in two chapters."""
    quests = [make_quest(f"q{number}") for number in range(20)]
    halves = (tuple(one.slug for one in quests[:10]), tuple(one.slug for one in quests[10:]))
    titles = ({"fr": "Premier pas", "en": "First steps"}, {"fr": "Plus loin", "en": "Further"})
    chapters = tuple(Chapter(title, slugs) for title, slugs in zip(titles, halves, strict=True))
    return put_card(monkeypatch, quests, chapters=chapters)


def page_of(person: User, path: str, language: str = "en") -> str:
    answer = browser_of(person, language).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


# --- locks -----------------------------------------------------------------------------------------------------------


def test_a_locked_note_says_what_opens_it(card: Card, pair: Pair, student: User) -> None:
    page = page_of(student, CARD)
    assert page.count("is-locked") == 2
    assert "after: Quest a, Quest b" in page
    solve(pair, "a")
    assert page_of(student, CARD).count("is-locked") == 1


def test_a_locked_quests_page_links_to_what_comes_first_and_shows_no_statement(
    card: Card, pair: Pair, student: User
) -> None:
    page = page_of(student, quest("c"))
    assert "This quest opens once you have solved:" in page
    assert f'href="{quest("a")}"' in page
    assert f'href="{quest("b")}"' in page
    assert 'name="answer"' not in page
    assert 'class="statement' not in page
    for piece in (False, True):
        answer = browser_of(student, htmx=piece).post(quest("c", "answer/"), {"answer": RIGHT})
        assert "This quest is still locked." in answer.content.decode()
    assert not Attempt.objects.exists()


def test_an_instructor_unlocks_a_quest_from_the_pairs_page(card: Card, pair: Pair, student: User) -> None:
    prof = pair.course.instructors.get()
    where = f"/teach/pairs/{pair.pk}/"
    assert "Quest c (locked)" in " ".join(page_of(prof, where).split())
    browser = browser_of(prof)
    answer = browser.post(f"{where}unlock/", {"card": SLUG, "quest": "c", "extra_attempts": "3"})
    assert answer.headers["Location"] == where
    assert "“Quest c” is open for pair 1." in browser.get(where).content.decode()
    unlock = Unlock.objects.get()
    assert (unlock.pair, unlock.quest, unlock.extra_attempts, unlock.unlocked_by) == (pair, "c", 3, prof)
    assert "This quest opens once" not in page_of(student, quest("c"))


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"card": SLUG, "quest": "c"},
        {"card": SLUG, "quest": "c", "extra_attempts": "-1"},
        {"card": SLUG, "quest": "c", "extra_attempts": "1000000"},
        {"card": SLUG, "quest": "c", "extra_attempts": "many"},
        {"card": "no such card!", "quest": "c", "extra_attempts": "1"},
    ],
)
def test_a_form_that_opens_nothing_says_so(card: Card, pair: Pair, form: dict[str, str]) -> None:
    browser = browser_of(pair.course.instructors.get())
    assert browser.post(f"/teach/pairs/{pair.pk}/unlock/", form).status_code == 302
    assert "Choose a quest" in browser.get(f"/teach/pairs/{pair.pk}/").content.decode()
    assert not Unlock.objects.exists()


def test_nobody_else_unlocks_anything(card: Card, pair: Pair, student: User) -> None:
    form = {"card": SLUG, "quest": "c", "extra_attempts": "3"}
    where = f"/teach/pairs/{pair.pk}/unlock/"
    stranger = make_course("other", instructor="other-prof").instructors.get()
    for person in (student, member_of(make_pair(pair.course, "2")), stranger):
        assert browser_of(person).post(where, form).status_code == 404
    assert browser_of(None).post(where, form).headers["Location"].startswith("/sign-in/")
    prof = browser_of(pair.course.instructors.get())
    assert prof.get(where).status_code == 405
    assert prof.post(where, form | {"quest": "nope"}).status_code == 404
    assert not Unlock.objects.exists()


# --- hints -----------------------------------------------------------------------------------------------------------


def test_the_price_of_a_hint_is_said_before_it_is_taken(card: Card, pair: Pair, student: User) -> None:
    deal(pair, "a")
    page = page_of(student, quest("a"))
    assert "Take hint 1 of 2" in page
    assert "will then bring 15 points instead of 20" in page
    assert "Hint number" not in page


def test_a_hint_is_taken_with_and_without_javascript(card: Card, pair: Pair, student: User) -> None:
    deal(pair, "a")
    answer = browser_of(student).post(quest("a", "hint/"), {"number": "1"})
    assert answer.headers["Location"] == quest("a", "#hints")
    mate = pair.members.get(username="pair1b")
    piece = browser_of(mate, htmx=True).post(quest("a", "hint/"), {"number": "2"}).content.decode()
    assert "<html" not in piece
    for text in ("Hint number 1.", "Hint number 2.", "taken by pair1a, 5 points", "taken by pair1b, 4 points"):
        assert text in piece
    assert 'id="standing"' in piece
    assert "11 of 20 points to win" in piece
    assert "Take hint" not in piece
    assert "2 hints" in page_of(student, CARD)


@pytest.mark.parametrize("number", ["3", "0", "-1", "x", "9" * 400])
def test_a_hint_that_is_not_there_is_refused_kindly_and_costs_nothing(
    card: Card, pair: Pair, student: User, number: str
) -> None:
    deal(pair, "a")
    take_hint(pair=pair, author=student, card=card, quest=card.quest("a"))
    take_hint(pair=pair, author=student, card=card, quest=card.quest("a"))
    for piece in (False, True):
        answer = browser_of(student, htmx=piece).post(quest("a", "hint/"), {"number": number})
        assert answer.status_code == 200
        assert "This quest has no other hint." in answer.content.decode()
    assert HintTaken.objects.count() == 2


def test_two_clicks_buy_one_hint(card: Card, pair: Pair, student: User) -> None:
    deal(pair, "a")
    for _ in range(2):
        browser_of(student, htmx=True).post(quest("a", "hint/"), {"number": "1"})
    assert HintTaken.objects.count() == 1


def test_hints_are_for_the_pair_alone(card: Card, pair: Pair, student: User) -> None:
    deal(pair, "a")
    browser_of(student).post(quest("a", "hint/"), {"number": "1"})
    neighbour = member_of(make_pair(pair.course, "2"))
    assert "Hint number" not in page_of(neighbour, quest("a"))
    assert browser_of(make_person("alone")).post(quest("a", "hint/"), {"number": "2"}).status_code == 404
    assert browser_of(None).post(quest("a", "hint/")).headers["Location"].startswith("/sign-in/")
    assert browser_of(pair.course.instructors.get()).post(quest("a", "hint/")).status_code == 404
    assert browser_of(student).get(quest("a", "hint/")).status_code == 405
    assert HintTaken.objects.count() == 1


def test_after_solving_hints_are_free(card: Card, pair: Pair, student: User) -> None:
    solve(pair, "a")
    assert "Free: you have solved this quest." in page_of(student, quest("a"))


# --- prizes ----------------------------------------------------------------------------------------------------------


def test_prizes_are_said_before_and_after_they_are_won(card: Card, pair: Pair, student: User) -> None:
    page = page_of(student, CARD)
    assert "+10 for each line" in page
    assert "+30 for the full card" in page
    assert "won" not in page
    solve(pair, "a", "b")
    page = page_of(student, CARD)
    assert "10 won" in page
    assert "2 in a row at the first try" in page
    assert page.count("First to solve it") == 2


def test_a_right_answer_celebrates_what_it_finished(card: Card, pair: Pair, student: User) -> None:
    solve(make_pair(pair.course, "2"), "a", "b", "c")
    solve(pair, "a", "b", "d")
    deal(pair, "c")
    piece = browser_of(student, htmx=True).post(quest("c", "answer/"), {"answer": RIGHT}).content.decode()
    assert "3 lines!" in piece
    assert "+30" in piece
    assert "The card is full!" in piece
    assert 'class="confetti is-now"' in piece
    assert "First to solve it" not in piece
    again = browser_of(student, htmx=True).post(quest("c", "answer/"), {"answer": RIGHT}).content.decode()
    assert "confetti" not in again


def test_a_wrong_answer_celebrates_nothing(card: Card, pair: Pair, student: User) -> None:
    deal(pair, "a")
    piece = browser_of(student, htmx=True).post(quest("a", "answer/"), {"answer": WRONG}).content.decode()
    for word in ("confetti", "celebrate", "ribbon"):
        assert word not in piece


def test_celebrations_are_turned_off_and_on_again_on_ones_own_page(pair: Pair, student: User) -> None:
    browser = browser_of(student)
    assert 'data-celebrations="on"' in browser.get("/account/").content.decode()
    for wanted, offered in (("off", "Turn celebrations on"), ("on", "Turn celebrations off")):
        assert browser.post("/account/celebrations/", {"celebrations": wanted}).status_code == 302
        page = browser.get("/account/").content.decode()
        assert f'data-celebrations="{wanted}"' in page
        assert offered in page
    assert browser.get("/account/celebrations/").status_code == 405
    browser.cookies["celebrations"] = '"><script>'
    assert 'data-celebrations="on"' in browser.get("/account/").content.decode()


# --- what moves by itself --------------------------------------------------------------------------------------------


def test_the_card_asks_again_when_it_changed_and_gets_its_inside_alone(card: Card, pair: Pair, student: User) -> None:
    page = page_of(student, CARD)
    assert 'hx-trigger="card-changed from:body"' in page
    assert 'hx-swap="changed"' in page
    piece = browser_of(student, htmx=True).get(CARD).content.decode()
    assert piece.strip().startswith('<div class="game" id="game"')
    for slug in "abcd":
        assert f'id="note-{slug}" data-piece' in piece


def test_a_quests_page_has_the_pieces_that_change(card: Card, pair: Pair, student: User) -> None:
    deal(pair, "a")
    page = page_of(student, quest("a"))
    for piece in ("standing", "answer-form", "next", "hints", "history"):
        assert f'id="{piece}" data-piece' in page
    assert f'data-card="{SLUG}" data-quest="a"' in page


@pytest.mark.parametrize(
    ("status", "words"), [("checking", "Being checked"), ("waiting", "Waiting for your instructor")]
)
def test_a_note_says_that_something_was_handed_in(
    card: Card, pair: Pair, student: User, status: str, words: str
) -> None:
    HandIn.objects.create(variant=deal(pair, "a"), author=student, status=status)
    assert words in page_of(student, CARD)


# --- long hunts ------------------------------------------------------------------------------------------------------


def test_a_long_hunt_is_told_in_chapters_and_the_next_steps_is_open(hunt: Card, pair: Pair, student: User) -> None:
    page = page_of(student, CARD)
    assert page.count('<details class="chapter"') == 2
    assert 'id="chapter-1" open' in page
    assert 'id="chapter-2" open' not in page
    assert "First steps" in page
    assert "trail--compact" in page
    solve(pair, *(f"q{number}" for number in range(10)))
    page = page_of(student, CARD)
    assert 'id="chapter-2" open' in page
    assert "10 of 10" in page
    assert "Premier pas" in page_of(student, CARD, "fr")


def test_without_chapters_main_questions_come_before_side_questions(
    monkeypatch: pytest.MonkeyPatch, pair: Pair, student: User
) -> None:
    side = dataclasses.replace(make_quest("a"), section="side")
    put_card(monkeypatch, (side, make_quest("b"), make_quest("c")))
    page = page_of(student, CARD)
    assert page.index('id="step-b"') < page.index('id="step-c"') < page.index('id="step-a"')
    assert f'href="{quest("b")}">Next:' in page


def test_a_long_hunt_costs_the_same_few_queries(
    hunt: Card, pair: Pair, student: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    solve(pair, *(f"q{number}" for number in range(20)))
    browser = browser_of(student)
    with django_assert_max_num_queries(12):
        browser.get(CARD)


def test_an_answer_costs_few_queries(
    card: Card, pair: Pair, student: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    deal(pair, "d")
    browser = browser_of(student, htmx=True)
    browser.post(quest("d", "answer/"), {"answer": "1x1x1x2"})
    with django_assert_max_num_queries(15):
        browser.post(quest("d", "answer/"), {"answer": WRONG})
    with django_assert_max_num_queries(23):
        browser.post(quest("d", "answer/"), {"answer": RIGHT})


def test_a_stranger_sees_no_card(card: Card, pair: Pair) -> None:
    assert browser_of(make_person("alone")).get(CARD).status_code == 404
    assert browser_of(None).get(CARD).status_code == 302
