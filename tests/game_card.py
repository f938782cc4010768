"""A card of its own for the tests of the rules: what waits for what, what has hints, is in their hands."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import pytest

from challenges.catalogue import CATALOGUE
from challenges.spec import Bonus, Card, Chapter, Hint, Layout, Quest
from courses.models import Pair
from quests import queries, services
from quests.models import Variant
from tests.builders import find_quest, give_key, member_of

SLUG = "test-card"
TRUTH = (1, 96, 40, 24)
RIGHT, WRONG = "1x96x40x24", "1x40x24x96"
CHANNELS_LAST = (1, 40, 24, 96)


def make_quest(slug: str, **changes: Any) -> Quest:
    """A real quest about a tensor's shape under another name."""
    _, model = find_quest("tensor_shape")
    title = {"fr": f"Quête {slug}", "en": f"Quest {slug}"}
    usual: dict[str, Any] = {"title": title, "points": 20, "attempts": 4, "hints": (), "prerequisites": ()}
    return dataclasses.replace(model, card=SLUG, slug=slug, section="main", **(usual | changes))


def hints(*costs: int) -> tuple[Hint, ...]:
    return tuple(
        Hint({"fr": f"Indice numéro {number}.", "en": f"Hint number {number}."}, cost)
        for number, cost in enumerate(costs, 1)
    )


def put_card(
    monkeypatch: pytest.MonkeyPatch,
    quests: Iterable[Quest],
    *,
    layout: Layout | None = None,
    bonus: Bonus = Bonus(),  # noqa: B008 (frozen)
    chapters: tuple[Chapter, ...] = (),
) -> Card:
    """Make the site have this card and no other."""
    title = {"fr": "Carte d'essai", "en": "Test card"}
    card = Card(SLUG, title, title, layout, bonus, tuple(quests), chapters)
    monkeypatch.setattr(CATALOGUE, "cards", lambda: (card,))
    return card


def deal(pair: Pair, quest: str) -> Variant:
    """The pair's variant, with its key there: the truth is ``RIGHT``."""
    card = queries.find_card(SLUG)
    variant = services.deal(pair=pair, card=card, quest=card.quest(quest))
    assert variant is not None
    give_key(variant, truth=TRUTH, mistakes={"channels_last": CHANNELS_LAST})
    return variant


def say(pair: Pair, quest: str, text: str, who: str | None = None) -> services.AnswerResult:
    card = queries.find_card(SLUG)
    author = pair.members.get(username=who) if who else member_of(pair)
    return services.answer(pair=pair, author=author, card=card, quest=card.quest(quest), text=text)


def solve(pair: Pair, *quests: str) -> None:
    for quest in quests:
        deal(pair, quest)
        assert say(pair, quest, RIGHT).verdict == "correct"
