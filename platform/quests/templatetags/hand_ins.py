"""What the pages about hand-ins lean on: the section of a quest's page, and words for parts."""

from collections.abc import Iterable
from typing import Any, Final

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from challenges.kinds import Part
from challenges.spec import Card, Quest
from courses.models import Pair
from quests import hand_in_queries
from quests.queries import QuestState

register = template.Library()

#: What a part is called on a page; one that has no words here is called by its own name.
TITLES: Final = {
    "labels": _("The labels"),
    "train": "train.txt",
    "val": "val.txt",
    "test": "test.txt",
    "archive": _("Or the three lists in one zip"),
    "lists": _("The three splits, zipped"),
    "results": _("The results.csv of the training"),
    "checkpoint": _("The checkpoint"),
    "settings": _("The hyper-parameters, as YAML"),
    "detections": _("The detections"),
    "picture": _("A picture"),
    "text": _("Your answer"),
}


@register.filter
def part_title(name: str) -> str:
    return str(TITLES.get(name, name))


@register.filter
def accepted(part: Part) -> str:
    """For the file field: ``.zip,.txt``."""
    return ",".join(part.suffixes)


@register.filter
def bare(digest: str) -> str:
    return digest.removeprefix("sha256:")


@register.simple_tag
def total_bytes(parts: Iterable[Part]) -> int:
    return sum(part.most_bytes for part in parts)


@register.simple_tag
def reviews_waiting(person: User) -> int:
    """How many hand-ins wait for this instructor."""
    return hand_in_queries.waiting_for(person)


def section_context(
    request: HttpRequest, pair: Pair, card: Card, quest: Quest, state: QuestState, **more: Any
) -> dict[str, Any]:
    """Everything ``quests/_hand_in.html`` shows."""
    return {
        "request": request,
        "pair": pair,
        "card": card,
        "quest": quest,
        "state": state,
        "desk": hand_in_queries.desk_of(pair, card, quest),
        "address": reverse("quests:hand-in", args=[card.slug, quest.slug]),
        **more,
    }


@register.inclusion_tag("quests/_hand_in.html", takes_context=True)
def hand_in_section(context: template.Context) -> dict[str, Any]:
    """The part of a quest's page where one hands in and reads what came of it."""
    known = [context[name] for name in ("request", "pair", "card", "quest", "state")]
    return section_context(*known, csrf_token=context.get("csrf_token"), page=context.get("page"))
