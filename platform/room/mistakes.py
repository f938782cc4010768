"""Tomorrow's ten minutes at the blackboard: what a class got wrong, counted by the database. Everything is bounded."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from challenges.advice import advice_for
from challenges.key import AnswerKey
from challenges.spec import Card, Quest, load_cards
from courses.models import Course
from grading.models import AnswerKey as KeyRow
from quests.models import Attempt
from room.models import Session

MOST_OVERALL: Final = 12
MOST_BY_QUEST: Final = 40
MOST_UNEXPLAINED: Final = 50
#: Truths shown beside an answer: pairs have variants of their own.
MOST_TRUTHS: Final = 3

_SENTENCE: Final = re.compile(r".+?[.!?…](?=\s|$)", re.S)
_MADE: Final = {"pairs": Count("variant__pair", distinct=True), "answers": Count("pk")}


@dataclass(frozen=True)
class Which:
    """Whose answers: of a course, and of one group, card or session where they are named."""

    course: Course
    group: str = ""
    card: str = ""
    session: Session | None = None

    def wrong(self) -> QuerySet[Attempt]:
        mine = Q(variant__pair__course=self.course, verdict=Attempt.Verdict.WRONG)
        if self.group:
            mine &= Q(variant__pair__group__name=self.group)
        if self.card:
            mine &= Q(variant__card=self.card)
        if self.session:
            mine &= Q(created_at__gte=self.session.starts_at, created_at__lt=self.session.ends_at)
            if self.session.group_id:
                mine &= Q(variant__pair__group=self.session.group_id)
        return Attempt.objects.filter(mine).order_by()


@dataclass(frozen=True)
class Made:
    """A mistake, by how many pairs and in how many answers; ``quest`` is None over all quests."""

    code: str
    advice: Mapping[str, str]
    pairs: int
    answers: int
    card: Card | None = None
    quest: Quest | None = None


@dataclass(frozen=True)
class Unexplained:
    """An answer that no known mistake explains. ``truths``: what the variants of those who gave it asked for."""

    card: Card
    quest: Quest
    understood: str
    pairs: int
    answers: int
    truths: tuple[str, ...]


def commonest(which: Which) -> list[Made]:
    """The mistakes that most pairs made, over all quests."""
    rows = _counted(which.wrong().exclude(mistake=""), "mistake")[:MOST_OVERALL]
    return [Made(row["mistake"], _advice(row["mistake"], ""), row["pairs"], row["answers"]) for row in rows]


def by_quest(which: Which) -> list[Made]:
    """The same, quest by quest; a quest that has left its card is left out."""
    fields = ("variant__card", "variant__quest", "mistake")
    found = []
    for row in _counted(which.wrong().exclude(mistake=""), *fields)[:MOST_BY_QUEST]:
        if (here := _quest(row["variant__card"], row["variant__quest"])) is not None:
            card, quest = here
            advice = _advice(row["mistake"], quest.kind)
            found.append(Made(row["mistake"], advice, row["pairs"], row["answers"], card, quest))
    return found


def unexplained(which: Which) -> list[Unexplained]:
    """The wrong answers that nothing explains, the commonest first: each may be a mistake worth a name."""
    fields = ("variant__card", "variant__quest", "understood")
    # What a person returned is explained by its remark.
    open_ones = which.wrong().filter(mistake="", hand_in__isnull=True).exclude(understood="")
    rows = list(_counted(open_ones, *fields)[:MOST_UNEXPLAINED])
    truths = _truths(which, rows)
    found = []
    for row in rows:
        if (here := _quest(row["variant__card"], row["variant__quest"])) is not None:
            place = tuple(row[name] for name in fields)
            found.append(Unexplained(*here, row["understood"], row["pairs"], row["answers"], truths.get(place, ())))
    return found


def _counted(answers: Any, *fields: str) -> Any:
    """By these fields: what most pairs did comes first."""
    return answers.values(*fields).annotate(**_MADE).order_by("-pairs", "-answers", *fields)


def _truths(which: Which, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], tuple[str, ...]]:
    """For each of these answers, the truths of the variants it was given to: the commonest three; two queries."""
    fields = ("variant__card", "variant__quest", "understood")
    answers = {row["understood"] for row in rows}
    quests = {row["variant__quest"] for row in rows}
    mine = which.wrong().filter(mistake="", understood__in=answers, variant__quest__in=quests)
    counted = mine.values(*fields, "variant__answer_key").annotate(pairs=Count("variant__pair", distinct=True))
    keys: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    most = MOST_UNEXPLAINED * MOST_TRUTHS * 4
    for row in counted.order_by("-pairs", "variant__answer_key")[:most]:
        place = tuple(row[name] for name in fields)
        if len(keys[place]) < MOST_TRUTHS:
            keys[place].append(row["variant__answer_key"])
    rows_of_keys = KeyRow.objects.in_bulk({key for some in keys.values() for key in some})
    return {
        place: tuple(dict.fromkeys(truth_of(rows_of_keys[key]) for key in some if rows_of_keys[key].key is not None))
        for place, some in keys.items()
    }


def truth_of(row: KeyRow) -> str:
    """What the real model answered, as one reads it."""
    assert row.key is not None
    return as_text(AnswerKey.from_json(row.key).truth)


def as_text(value: object) -> str:
    """A shape, a list, a number, a word."""
    if not isinstance(value, tuple | list):
        return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else str(value)
    if any(isinstance(one, tuple | list) for one in value):
        return " ; ".join(as_text(one) for one in value)
    return (" × " if all(isinstance(one, int) for one in value) else ", ").join(map(str, value))


def _quest(card: str, quest: str) -> tuple[Card, Quest] | None:
    for each in load_cards():
        if each.slug == card:
            return next(((each, one) for one in each.quests if one.slug == quest), None)
    return None


def _advice(code: str, kind: str) -> Mapping[str, str]:
    try:
        advice = advice_for(code, kind)
    except KeyError:  # a code that the catalogue has lost since
        return {"fr": "", "en": ""}
    return {language: first_sentence(text) for language, text in advice.items()}


def first_sentence(text: str) -> str:
    found = _SENTENCE.match(text.strip())
    return found[0] if found else text.strip()
