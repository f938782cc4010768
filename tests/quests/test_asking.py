"""The quest that asks for a date of birth: what follows from it is kept, the date itself nowhere."""

import datetime
import json
import logging
from pathlib import Path

import pytest
from django.core import serializers
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

import grader
from accounts.errors import Refusal
from challenges.spec import Card, Quest
from courses.models import Pair
from courses.services import register_weights, weights_of, weights_path
from quests import asking, queries, services
from quests.models import Variant
from tests.builders import make_course, make_pair, member_of

pytestmark = pytest.mark.django_db
WEIGHTS = Path(__file__).parents[2] / "fixtures" / "weights" / "course_yolov5nu.pt"
DAY = datetime.date(1991, 12, 8)


@pytest.fixture
def pair(tmp_path: Path, settings: Settings) -> Pair:
    settings.WEIGHTS_DIR = tmp_path / "weights"
    course = make_course()
    register_weights(course=course, source=WEIGHTS, name="ours", architecture="yolov5nu", parameters=5)
    return make_pair(course)


@pytest.fixture
def asked() -> tuple[Card, Quest]:
    card = queries.find_card("bingo-de-yolo")
    return card, queries.find_quest(card, "the-weight-is")


def address(name: str) -> str:
    return reverse(f"quests:{name}", args=["bingo-de-yolo", "the-weight-is"])


def test_the_8th_of_december_1991_is_layer_4_filter_8_channel_12(pair: Pair, asked: tuple[Card, Quest]) -> None:
    variant = asking.give_date(pair=pair, card=asked[0], quest=asked[1], day=DAY)
    assert variant is not None
    assert variant.parameters == {"x": 4, "j": 8, "m": 12}
    assert (variant.question["layer"], variant.question["index"]) == (4, [8, 12, 0, 0])


def test_the_date_is_written_nowhere(
    pair: Pair, client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.force_login(member_of(pair))
    assert client.post(address("give"), {"day": "1993-11-07"}).status_code == 302
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        content = ""
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            content += json.dumps(cursor.fetchall(), default=str)
    texts = (content, caplog.text, serializers.serialize("json", Variant.objects.all()))
    for text in (*texts, client.get(address("quest")).content.decode()):
        for trace in ("1993-11", "11/1993", "7/11/93", '"year"', "1993, 11"):
            assert trace not in text


def test_the_first_date_counts(pair: Pair, asked: tuple[Card, Quest]) -> None:
    first = asking.give_date(pair=pair, card=asked[0], quest=asked[1], day=DAY)
    again = asking.give_date(pair=pair, card=asked[0], quest=asked[1], day=datetime.date(2001, 1, 1))
    assert first == again
    assert Variant.objects.count() == 1


@pytest.mark.parametrize("day", [datetime.date(1850, 1, 1), datetime.date(2090, 1, 1)])
def test_a_day_that_nobody_was_born_on_is_refused(pair: Pair, asked: tuple[Card, Quest], day: datetime.date) -> None:
    with pytest.raises(Refusal, match="A day from"):
        asking.give_date(pair=pair, card=asked[0], quest=asked[1], day=day)
    assert not Variant.objects.exists()


@pytest.mark.parametrize("typed", ["", "yesterday", "1991-13-40", "<script>"])
def test_what_is_no_date_deals_nothing(pair: Pair, client: Client, typed: str) -> None:
    client.force_login(member_of(pair))
    answer = client.post(address("give"), {"day": typed})
    assert answer.status_code == 422
    assert not Variant.objects.exists()


def test_a_quest_that_draws_asks_for_nothing(pair: Pair) -> None:
    card = queries.find_card("where-is-charlie")
    with pytest.raises(Refusal, match="asks you for nothing"):
        asking.give_date(pair=pair, card=card, quest=queries.find_quest(card, "layer-17"), day=DAY)


def test_answering_before_the_date_was_given_costs_nothing(pair: Pair, asked: tuple[Card, Quest]) -> None:
    with pytest.raises(Refusal, match="asks you for a date first"):
        services.answer(pair=pair, author=member_of(pair), card=asked[0], quest=asked[1], text="0.5")
    assert not Variant.objects.exists()


def test_opening_the_page_asks_and_deals_nothing(pair: Pair, client: Client) -> None:
    client.force_login(member_of(pair))
    page = client.get(address("quest")).content.decode()
    assert 'name="day"' in page
    assert not Variant.objects.exists()


def test_a_neighbour_gives_a_date_of_their_own(pair: Pair, asked: tuple[Card, Quest]) -> None:
    other = make_pair(pair.course, "2")
    asking.give_date(pair=pair, card=asked[0], quest=asked[1], day=DAY)
    theirs = asking.give_date(pair=other, card=asked[0], quest=asked[1], day=datetime.date(2001, 1, 1))
    assert theirs is not None
    assert theirs.parameters == {"x": 5, "j": 1, "m": 1}


def test_a_script_gives_it_over_http_and_reads_the_quest(pair: Pair, client: Client) -> None:
    client.force_login(member_of(pair))
    quest = reverse("api-quest", args=["bingo-de-yolo", "the-weight-is"])
    assert client.get(quest).json()["asks"]["name"] == "birth"
    given = reverse("api-given", args=["bingo-de-yolo", "the-weight-is"])
    answer = client.post(given, {"day": "1991-12-08"}, content_type="application/json").json()
    assert answer["parameters"] == {}  # layer, filter and channel are theirs to find
    assert Variant.objects.get().parameters == {"x": 4, "j": 8, "m": 12}
    assert answer["asks"] is None


def test_where_the_layer_has_too_few_filters_one_counts_on(pair: Pair) -> None:
    """Layer 2's first convolution has 16 filters: the 29th day is filter 13; who takes the last one is told."""
    weights = weights_of(pair.course)
    assert weights is not None
    question = {"kind": "weight_value", "model": "course", "layer": 2, "index": [29, 3, 0, 0], "wrap": True}
    key = grader.make_answer_key(question, weights=weights_path(weights))
    plain = grader.make_answer_key({**question, "index": [13, 3, 0, 0]}, weights=weights_path(weights))
    last = grader.make_answer_key({**question, "index": [15, 3, 0, 0]}, weights=weights_path(weights))
    assert key.truth == plain.truth
    assert grader.check_answer(question, key, repr(plain.truth)).verdict == "correct"
    assert grader.check_answer(question, key, repr(last.truth)).mistake == "index_not_wrapped"
