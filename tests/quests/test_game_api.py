"""Hints, locks and bonuses, as scripts see them."""

import pytest
from django.core.cache import cache
from drf_spectacular.validation import validate_schema

from challenges.spec import Bonus, Card, Chapter
from courses.models import Pair
from quests.models import HintTaken, Variant
from tests.builders import make_course, make_pair
from tests.game_card import SLUG, deal, hints, make_quest, put_card, solve
from tests.quests.test_api import Script

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget_throttles() -> None:
    cache.clear()


@pytest.fixture
def pair() -> Pair:
    return make_pair(make_course())


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Card:
    chapter = Chapter({"fr": "Un", "en": "One"}, ("a", "b"))
    quests = (make_quest("a", hints=hints(5, 4)), make_quest("b", prerequisites=("a",)))
    return put_card(monkeypatch, quests, bonus=Bonus(full=30), chapters=(chapter,))


def test_a_card_says_what_is_locked_and_what_it_is_worth(card: Card, pair: Pair) -> None:
    found = Script("pair1a").get(f"/api/cards/{SLUG}/").json()
    assert found["bonus"] == {"line": 0, "full": 30, "earned": 0}
    assert found["points_possible"] == 70
    assert found["chapters"] == [{"title": {"fr": "Un", "en": "One"}, "quests": ["a", "b"]}]
    assert [(quest["state"], quest["waits_for"], quest["first"]) for quest in found["quests"]] == [
        ("open", [], False),
        ("locked", ["a"], False),
    ]
    solve(pair, "a", "b")
    found = Script("pair1b").get(f"/api/cards/{SLUG}/").json()
    assert (found["points"], found["bonus"]["earned"]) == (70, 30)
    assert found["streak"] == {"current": 2, "longest": 2}
    assert [(quest["state"], quest["prerequisites"], quest["first"]) for quest in found["quests"]] == [
        ("solved", [], True),
        ("solved", ["a"], True),
    ]


def test_a_locked_quest_shows_no_statement_and_takes_no_answer(card: Card, pair: Pair) -> None:
    script = Script("pair1a")
    quest = script.get(f"/api/cards/{SLUG}/quests/b/").json()
    assert (quest["state"], quest["statement"], quest["parameters"]) == ("locked", {"fr": "", "en": ""}, {})
    answer = script.post(f"/api/cards/{SLUG}/quests/b/answers/", {"answer": "1x96x40x24"})
    assert (answer.status_code, answer.json()["code"]) == (409, "quest_locked")
    assert "“Quest a”" in answer.json()["advice"]["en"]
    assert not Variant.objects.exists()


def test_a_hint_is_read_only_once_it_was_taken(card: Card, pair: Pair) -> None:
    script = Script("pair1a")
    deal(pair, "a")
    path = f"/api/cards/{SLUG}/quests/a/"
    before = script.get(path)
    assert before.json()["hints"] == {"taken": [], "total": 2, "next_number": 1, "next_cost": 5}
    assert b"Hint number" not in before.content
    for body in ({}, {"number": 1}, {"number": None}):
        taken = script.post(f"{path}hints/", body)
        assert taken.status_code == 200
    assert [(hint["number"], hint["cost"], hint["en"]) for hint in taken.json()["taken"]] == [
        (1, 5, "Hint number 1."),
        (2, 4, "Hint number 2."),
    ]
    assert taken.json()["next_cost"] is None
    assert script.post(f"{path}hints/", {}).json()["code"] == "no_hint_left"
    assert script.get(path).json()["points_now"] == 11
    assert HintTaken.objects.count() == 2


@pytest.mark.parametrize("body", [{"number": "x"}, {"number": [1]}, [1], "text", {"number": 1.5}])
def test_a_body_that_asks_for_no_hint_takes_none(card: Card, pair: Pair, body: object) -> None:
    deal(pair, "a")
    answer = Script("pair1a").post(f"/api/cards/{SLUG}/quests/a/hints/", body)
    assert answer.status_code == 400
    assert set(answer.json()["reason"]) == {"fr", "en"}
    assert not HintTaken.objects.exists()


def test_a_stranger_takes_no_hint(card: Card, pair: Pair) -> None:
    deal(pair, "a")
    path = f"/api/cards/{SLUG}/quests/a/hints/"
    assert Script("prof").post(path, {}).status_code == 404
    assert Script("pair1a").client.post(path, {}).status_code == 401
    assert Script("pair1a").post(f"/api/cards/{SLUG}/quests/nope/hints/", {}).status_code == 404
    assert not HintTaken.objects.exists()


def test_the_schema_is_valid_and_knows_the_hints(card: Card, pair: Pair) -> None:
    script = Script("pair1a")
    answer = script.client.get("/api/schema/?format=json", headers=script.headers)
    schema = answer.json()
    validate_schema(schema)
    assert "/api/cards/{card}/quests/{quest}/hints/" in schema["paths"]
