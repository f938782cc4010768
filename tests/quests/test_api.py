"""The cards, quests and answers, as scripts call them."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from challenges.spec import load_cards
from courses.models import Pair
from grading.models import GradingJob
from quests import services
from quests.models import Attempt, Variant
from tests.builders import PASSWORD, find_quest, give_key, make_course, make_pair

pytestmark = pytest.mark.django_db
TRUTH = (1, 24, 68, 52)


@pytest.fixture(autouse=True)
def _forget_throttles() -> None:
    cache.clear()


@pytest.fixture
def pair() -> Pair:
    return make_pair(make_course())


@pytest.fixture
def variant(pair: Pair) -> Variant:
    card, quest = find_quest("tensor_shape")
    dealt = services.deal(pair=pair, card=card, quest=quest)
    assert dealt is not None
    give_key(dealt, truth=TRUTH, mistakes={"height_width_swapped": (1, 24, 52, 68)})
    return dealt


class Script:
    """Somebody with a token."""

    def __init__(self, username: str) -> None:
        self.client = Client()
        credentials = {"username": username, "password": PASSWORD}
        answer = self.client.post("/api/token/", credentials, content_type="application/json")
        assert answer.status_code == 200, answer.content
        self.headers = {"Authorization": f"Token {answer.json()['token']}"}

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, data: Any) -> Any:
        return self.client.post(path, json.dumps(data), content_type="application/json", headers=self.headers)


def quest_path(variant: Variant) -> str:
    return f"/api/cards/{variant.card}/quests/{variant.quest}/"


def test_a_member_sees_every_card_with_the_state_of_every_quest(variant: Variant) -> None:
    cards = Script("pair1a").get("/api/cards/").json()
    assert [card["card"] for card in cards] == [card.slug for card in load_cards()]
    for card in cards:
        assert card["points"] == 0
        assert card["points_possible"] > 0
        for quest in card["quests"]:
            assert quest["state"] == ("locked" if quest["prerequisites"] else "open")
        assert Script("pair1a").get(f"/api/cards/{card['card']}/").json() == card


def test_a_quest_gives_statement_and_parameters_and_never_the_truth(variant: Variant) -> None:
    answer = Script("pair1a").get(quest_path(variant))
    quest = answer.json()
    assert quest["kind"] == "tensor_shape"
    assert set(quest["statement"]) == {"fr", "en"}
    assert quest["parameters"] == variant.parameters
    assert (quest["state"], quest["attempts"]) == ("open", 0)
    assert "68" not in json.dumps({**quest, "statement": "", "parameters": ""})


def test_an_answer_is_judged_and_written_once(variant: Variant) -> None:
    script = Script("pair1a")
    wrong = script.post(f"{quest_path(variant)}answers/", {"answer": "1x24x52x68"}).json()
    assert (wrong["verdict"], wrong["mistake"], wrong["points"]) == ("wrong", "height_width_swapped", 0)
    assert set(wrong["advice"]) == {"fr", "en"}
    left = wrong["attempts_left"]
    malformed = script.post(f"{quest_path(variant)}answers/", {"answer": "quite large"}).json()
    assert (malformed["verdict"], malformed["attempts_left"]) == ("malformed", left)
    right = Script("pair1b").post(f"{quest_path(variant)}answers/", {"answer": "(1, 24, 68, 52)"}).json()
    assert right["verdict"] == "correct"
    assert right["points"] > 0
    assert list(Attempt.objects.order_by("number").values_list("verdict", "author__username")) == [
        ("wrong", "pair1a"),
        ("correct", "pair1b"),
    ]


@pytest.mark.parametrize("body", [{}, {"answer": None}, {"answer": ["1"]}, {"answer": "1" * 5000}, [1, 2], "text"])
def test_a_body_that_is_no_answer_gets_a_reason_and_writes_nothing(variant: Variant, body: Any) -> None:
    answer = Script("pair1a").post(f"{quest_path(variant)}answers/", body)
    assert answer.status_code == 400
    assert set(answer.json()["reason"]) == {"fr", "en"}
    assert not Attempt.objects.exists()


def test_a_quest_whose_key_is_being_made_answers_409_with_an_advice(pair: Pair) -> None:
    card, quest = find_quest("tensor_shape")
    script = Script("pair1a")
    path = f"/api/cards/{card.slug}/quests/{quest.slug}/"
    assert script.get(path).json()["state"] == "preparing"
    answer = script.post(f"{path}answers/", {"answer": "1x1x1x1"})
    assert answer.status_code == 409
    assert "unlocks by itself" in answer.json()["advice"]["en"]
    assert GradingJob.objects.filter(kind=GradingJob.Kind.ANSWER_KEY).count() == 1


def test_nobody_in_particular_gets_401_and_learns_nothing(variant: Variant) -> None:
    for path in ("/api/cards/", quest_path(variant)):
        answer = Client().get(path)
        assert answer.status_code == 401
        assert set(answer.json()) == {"reason", "advice"}


def test_somebody_without_a_pair_gets_404(variant: Variant) -> None:
    assert Script("prof").get("/api/cards/").status_code == 404


@pytest.mark.parametrize("path", ["/api/cards/nope/", "/api/cards/bingo-de-yolo/quests/nope/", "/api/cards/..%2f/"])
def test_what_does_not_exist_is_404_with_a_reason(variant: Variant, path: str) -> None:
    assert Script("pair1a").get(path).status_code == 404


def test_a_wrong_password_gets_no_token() -> None:
    make_course()
    answer = Client().post("/api/token/", {"username": "prof", "password": "guess"}, content_type="application/json")
    assert answer.status_code == 400
    assert "token" not in answer.json()


def test_an_error_of_ours_shows_an_id_and_no_traceback(variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("quests.services.answer", broken)
    answer = Script("pair1a").post(f"{quest_path(variant)}answers/", {"answer": "1"})
    assert answer.status_code == 500
    assert answer.json()["error_id"]
    assert b"secret" not in answer.content
    assert b"Traceback" not in answer.content


def test_the_schema_describes_every_call(variant: Variant) -> None:
    answer = Script("pair1a").client.get("/api/schema/", headers=Script("pair1a").headers)
    assert answer.status_code == 200
    for path in (b"/api/token/", b"/api/cards/{card}/quests/{quest}/answers/", b"/api/tasks/{task}/submissions/"):
        assert path in answer.content
