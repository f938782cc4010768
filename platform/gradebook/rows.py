"""The gradebook's rows: one for each person of a course, whatever their number in a fixed number of queries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count

from accounts.models import User
from courses.models import Course, Pair
from gradebook import computing
from gradebook.capsule_marks import CapsuleMark, Known, capsule_marks
from gradebook.computing import CAPSULE, QUESTS, Result, Work
from gradebook.rules import Rules
from quests import queries
from quests.queries import CardState, QuestState
from room.showing import natural
from submissions.models import Submission


@dataclass(frozen=True)
class Row:
    """One person. ``seen`` counts marks that are still drafts, as instructors see them; ``told`` only published ones.

    ``work`` and ``told_work`` are what each was computed from: nothing of ``work`` is shown to the person.
    """

    person: User
    pair: Pair
    work: Work
    seen: Result
    told_work: Work
    told: Result

    @property
    def name(self) -> str:
        return self.person.display_name

    @property
    def quests(self) -> Decimal | None:
        return self.seen.part(QUESTS)

    @property
    def capsule(self) -> Decimal | None:
        return self.seen.part(CAPSULE)

    @property
    def capsule_is_draft(self) -> bool:
        return self.capsule is not None and not self.work.capsule_is_published

    @property
    def adjustment(self) -> Decimal | None:
        return self.work.adjustment or None


def rows_of(course: Course, rules: Rules) -> list[Row]:
    """Every member of every pair, by group, pair and name. Whoever is in two pairs stands in the newer one."""
    submitted, marked = _submitted(course), capsule_marks(course)
    rows: dict[int, Row] = {}
    for progress in sorted(queries.progress_of(course), key=lambda each: each.pair.pk):
        pair = progress.pair
        work = _of_pair(progress.cards.values(), rules, submitted.get(pair.pk, (0, 0)))
        for person in pair.members.all():
            rows[person.pk] = _row(person, pair, work, marked.get(pair.pk, Known()), rules)
    return sort(rows.values(), "group")


def row_of(pair: Pair, person: User, rules: Rules) -> Row:
    """One person's own, as a member of this pair."""
    submitted = _submitted(pair.course, pair=pair).get(pair.pk, (0, 0))
    known = capsule_marks(pair.course).get(pair.pk, Known())
    return _row(person, pair, _of_pair(queries.cards_of(pair), rules, submitted), known, rules)


def _row(person: User, pair: Pair, work: Work, known: Known, rules: Rules) -> Row:
    seen = _with_capsule(work, person, known.newest)
    awaited = replace(work, capsule_is_awaited=known.newest is not None)
    told = _with_capsule(awaited, person, known.told).without_drafts()
    return Row(person, pair, seen, computing.compute(seen, rules), told, computing.compute(told, rules))


def _with_capsule(work: Work, person: User, mark: CapsuleMark | None) -> Work:
    if mark is None:
        return work
    adjustment = mark.adjustments.get(person.pk, computing.LOWEST)
    return replace(work, capsule=mark.mark, adjustment=adjustment, capsule_is_published=mark.is_published)


def _of_pair(cards: Iterable[CardState], rules: Rules, submitted: tuple[int, int]) -> Work:
    counting = [state for state in cards if not rules.cards or state.card.slug in rules.cards]
    states = [quest for state in counting for quest in state.quests]
    main = [state for state in states if state.quest.section == "main"]
    side = [state for state in states if state.quest.section == "side"]
    count, evaluated = submitted
    return Work(
        main_points=sum(state.points for state in main),
        main_possible=sum(state.points_possible for state in main),
        main_solved=_solved(main),
        main_quests=len(main),
        side_points=sum(state.points for state in side),
        side_solved=_solved(side),
        submissions=count,
        is_evaluated=evaluated > 0,
    )


def _solved(states: Iterable[QuestState]) -> int:
    return sum(state.state == queries.SOLVED for state in states)


def _submitted(course: Course, **which: Any) -> dict[int, tuple[int, int]]:
    """Pair → how many submissions, and how many of them have a result; what the result is, is never read."""
    rows = Submission.objects.filter(task__course=course, **which).order_by().values_list("pair")
    return {pair: (count, scored) for pair, count, scored in rows.annotate(Count("pk"), Count("score"))}


# --- order and choice -------------------------------------------------------------------------------------------------

_Key = Callable[[Row], Any]
KEYS: Final[dict[str, _Key]] = {
    "name": lambda row: (row.person.last_name.casefold(), row.person.first_name.casefold(), row.person.username),
    "pair": lambda row: natural(row.pair.name),
    "group": lambda row: row.pair.group.name.casefold(),
    "quests": lambda row: row.work.main_share,
    "submissions": lambda row: row.work.submissions,
    "capsule": lambda row: row.capsule,
    "adjustment": lambda row: row.work.adjustment,
    "bonus": lambda row: row.seen.bonus,
    "final": lambda row: row.seen.final,
}


def sort(rows: Iterable[Row], by: str, *, descending: bool = False) -> list[Row]:
    """By one column, then by group, pair and name; who has nothing in it comes last either way."""
    usual = sorted(rows, key=lambda row: (KEYS["group"](row), KEYS["pair"](row), KEYS["name"](row)))
    key = KEYS.get(by, KEYS["group"])
    filled = [row for row in usual if key(row) is not None]
    empty = [row for row in usual if key(row) is None]
    return sorted(filled, key=key, reverse=descending) + empty
