"""Asking again and again, where sockets do not get through: the same words, for the same people."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from challenges.spec import load_cards
from courses.models import Pair
from quests.signals import card_changed
from tests.builders import make_course, make_pair, make_person, member_of
from tests.pages.browsing import browser_of

pytestmark = pytest.mark.django_db
CARD = load_cards()[0]
CHANGES = "/cards/changes/"


@pytest.fixture
def pair(db: None) -> Pair:
    return make_pair(make_course())


def happens(pair: Pair, what: str = "solved") -> None:
    quest = CARD.quests[0].slug
    card_changed.send(sender=None, pair=pair, card=CARD.slug, quest=quest, what=what, by=None, data={})


def asked(person: User, path: str, since: object = None) -> Any:
    answer = browser_of(person).get(path, {} if since is None else {"since": str(since)})
    return answer.json() if answer.status_code == 200 else answer.status_code


def test_a_member_reads_what_happened_since_and_nothing_of_others(pair: Pair) -> None:
    other = make_pair(pair.course, "2")
    for who in (pair, other, pair):
        happens(who)
    member = member_of(pair)
    assert [one["revision"] for one in asked(member, CHANGES, 0)["changes"]] == [1, 3]
    assert asked(member, CHANGES, 2)["changes"][0] == {
        "revision": 3, "card": CARD.slug, "quest": CARD.quests[0].slug, "what": "solved"
    }  # fmt: skip
    assert asked(member, CHANGES, 3) == 204


@pytest.mark.parametrize("since", ["", "x", "-1", "99", "9" * 40, "1.5", "²"])
def test_whoever_says_nothing_sensible_gets_the_state(pair: Pair, since: str) -> None:
    happens(pair)
    state = asked(member_of(pair), CHANGES, since)
    assert (state["type"], state["revision"]) == ("state", 1)


def test_a_stranger_and_a_visitor_read_nothing(pair: Pair) -> None:
    assert asked(make_person("alone"), CHANGES, 0) == 404
    assert asked(pair.course.instructors.get(), CHANGES, 0) == 404
    assert browser_of(None).get(CHANGES).status_code == 302


def test_an_answer_without_news_costs_few_queries(
    pair: Pair, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    happens(pair)
    browser = browser_of(member_of(pair))
    with django_assert_max_num_queries(4):  # session, person, pair, revision
        assert browser.get(CHANGES, {"since": "1"}).status_code == 204


def test_a_page_of_the_game_says_at_which_revision_it_was_drawn(pair: Pair) -> None:
    happens(pair)
    browser = browser_of(member_of(pair))
    assert '<meta name="live-card" content="1" data-changes="/cards/changes/">' in (
        browser.get(f"/cards/{CARD.slug}/").content.decode()
    )
    assert "live-card" not in browser.get("/account/").content.decode()
    assert "live-card" not in browser_of(pair.course.instructors.get()).get("/teach/").content.decode()
