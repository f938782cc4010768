"""Pairs × quests, as an instructor reads them: how each stands, with how many answers, in how much time."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from challenges.spec import Card
from courses.models import Course, Pair
from quests import queries
from quests.models import Attempt, Variant
from quests.queries import QuestState
from room.models import Opening
from room.showing import natural

#: State → the drawing and the word that say it. A quest that was tried, or only opened, has a word of its own.
MARKS: Final[Mapping[str, tuple[str, Any]]] = {
    queries.SOLVED: ("check", _("solved")),
    queries.EXHAUSTED: ("cross", _("no attempt left")),
    queries.LOCKED: ("lock", _("locked")),
    queries.CHECKING: ("gear", _("being checked")),
    queries.WAITING: ("question", _("to review")),
    "tried": ("pencil", _("being tried")),
    "opened": ("lens", _("opened")),
    "untouched": ("", _("not opened")),
}
UNEXPLAINED: Final = "unexplained"
Place = tuple[int, str, str]


@dataclass(frozen=True)
class Tries:
    """What a pair answered on one quest."""

    wrong: int = 0
    first_mistake: str = ""
    last_at: datetime.datetime | None = None


@dataclass(frozen=True)
class Cell:
    """One pair with one quest. ``seconds``: from when it first looked to its solution, or to its last answer so far."""

    state: QuestState
    tries: Tries
    begun_at: datetime.datetime | None

    @property
    def seconds(self) -> int | None:
        return seconds_between(self.begun_at, self.state.solved_at or self.tries.last_at)

    @property
    def mark(self) -> str:
        if self.state.state in (queries.OPEN, queries.PREPARING):
            return "tried" if self.state.attempts else "opened" if self.begun_at else "untouched"
        return self.state.state

    @property
    def icon(self) -> str:
        return MARKS[self.mark][0]

    @property
    def word(self) -> Any:
        return MARKS[self.mark][1]


@dataclass(frozen=True)
class Row:
    pair: Pair
    points: int
    cells: tuple[Cell, ...]


def seconds_between(begun: datetime.datetime | None, ended: datetime.datetime | None) -> int | None:
    """Whole seconds; None while there is no answer, and never less than nothing."""
    return None if begun is None or ended is None else max(0, round((ended - begun).total_seconds()))


def grid_of(course: Course, cards: Iterable[Card], *, group: str = "") -> list[Row]:
    """Every pair (of a group) with every quest of these cards; a fixed number of queries."""
    tries, begun, wanted = _tries(course), _begun(course), tuple(cards)
    rows = []
    for progress in queries.progress_of(course):
        if group not in ("", progress.pair.group.name):
            continue
        states = [state for card in wanted for state in progress.cards[card.slug].quests]
        cells = tuple(_cell(progress.pair.pk, state, tries, begun) for state in states)
        rows.append(Row(progress.pair, sum(progress.cards[card.slug].points for card in wanted), cells))
    return sorted(rows, key=lambda row: (row.pair.group.name, natural(row.pair.name)))


def cell_of(pair: Pair, card: Card, quest: str) -> Cell:
    """One of them."""
    state = queries.card_state(pair, card.slug).by_slug[quest]
    return _cell(pair.pk, state, _tries(pair.course, pair=pair), _begun(pair.course, pair=pair))


def _cell(pair: int, state: QuestState, tries: Mapping[Place, Tries], begun: Mapping[Place, datetime.datetime]) -> Cell:
    place = (pair, state.card_slug, state.quest.slug)
    return Cell(state, tries.get(place, Tries()), begun.get(place))


def _tries(course: Course, **which: Any) -> dict[Place, Tries]:
    fields = ("variant__pair", "variant__card", "variant__quest", "verdict", "mistake", "created_at")
    mine = {f"variant__{name}": value for name, value in which.items()}
    rows = Attempt.objects.filter(variant__pair__course=course, **mine).order_by("number").values_list(*fields)
    by_place: dict[Place, list[tuple[str, str, datetime.datetime]]] = defaultdict(list)
    for pair, card, quest, verdict, mistake, created_at in rows:
        by_place[pair, card, quest].append((verdict, mistake, created_at))
    return {place: summed(tried) for place, tried in by_place.items()}


def summed(tried: Iterable[tuple[str, str, datetime.datetime]]) -> Tries:
    """Verdict, mistake and moment of each answer, in order."""
    answers = list(tried)
    wrong = [mistake or UNEXPLAINED for verdict, mistake, _ in answers if verdict == Attempt.Verdict.WRONG]
    return Tries(
        wrong=len(wrong),
        first_mistake=wrong[0] if wrong else "",
        last_at=max((moment for *_, moment in answers), default=None),
    )


def _begun(course: Course, **which: Any) -> dict[Place, datetime.datetime]:
    """When each pair first looked at each quest; when it was dealt, for whoever answered without ever looking."""
    answered = Variant.objects.filter(pair__course=course, attempts__isnull=False, **which).order_by().distinct()
    opened = Opening.objects.filter(pair__course=course, **which)
    dealt_at = {tuple(place): moment for *place, moment in answered.values_list("pair", "card", "quest", "created_at")}
    opened_at = {tuple(place): moment for *place, moment in opened.values_list("pair", "card", "quest", "opened_at")}
    return {**dealt_at, **opened_at}  # type: ignore[dict-item]
