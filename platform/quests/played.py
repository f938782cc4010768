"""What the database holds of a pair's game, gathered for whole cards or whole classes in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Min, OuterRef, Q, Subquery

from challenges.races import Solve, Streak, Tried, first_to_solve, streak
from challenges.spec import Quest
from courses.models import Course, Pair
from quests import locks
from quests.models import Attempt, HandIn, HintTaken, Unlock, Variant


@dataclass
class Played:
    """What one pair did with one quest. ``open_hand_in``: the status of what is being checked or waits, or empty."""

    is_dealt: bool = False
    is_ready: bool = True  # a quest that nobody has opened yet is dealt, and its key fetched or made, when it is
    open_hand_in: str = ""
    attempts: tuple[Attempt, ...] = ()  # the newest first
    hints: tuple[HintTaken, ...] = ()
    unlock: Unlock | None = None

    @property
    def right(self) -> Attempt | None:
        return next((one for one in self.attempts if one.verdict == Attempt.Verdict.CORRECT), None)

    def attempts_allowed(self, quest: Quest) -> int | None:
        """With those that an instructor added; None where one may try as often as one likes."""
        if quest.attempts is None:
            return None
        return quest.attempts + (self.unlock.extra_attempts if self.unlock else 0)


@dataclass
class PairPlayed:
    """One pair's game: by (card, quest)."""

    quests: dict[tuple[str, str], Played] = field(default_factory=lambda: defaultdict(Played))

    def of(self, card: str, quest: str) -> Played:
        return self.quests.get((card, quest)) or Played()

    def streak(self, card: str) -> Streak:
        """Quests of a card solved in a row at the first try."""
        tried = [
            (attempt.pk, Tried(quest, attempt.verdict != Attempt.Verdict.WRONG))
            for (name, quest), played in self.quests.items()
            if name == card
            for attempt in played.attempts
        ]
        return streak(one for _, one in sorted(tried, key=lambda each: each[0]))


def of_quest(pair: Pair, quest: Quest, variant: Variant | None) -> Played:
    """One quest's rows: only those queries that it can have an answer to."""
    unlock = locks.unlock_of(pair, quest) if quest.attempts is not None else None
    if variant is None:
        return Played(unlock=unlock)
    waiting = variant.hand_ins.filter(status__in=HandIn.UNDECIDED).first() if quest.rules.is_handed_in else None
    return Played(
        is_dealt=True,
        is_ready=variant.answer_key.key is not None,
        open_hand_in=waiting.status if waiting else "",
        attempts=tuple(variant.attempts.select_related("author")),
        hints=tuple(variant.hints_taken.select_related("taken_by")) if quest.hints else (),
        unlock=unlock,
    )


def gather(*, card: str | None = None, **which: Any) -> Mapping[int, PairPlayed]:
    """By pair: what was dealt, answered, taken and unlocked; four queries. ``which`` says whose: ``pair=…``, or
    ``pair__course=…``."""
    mine = Q(**which) if card is None else Q(card=card, **which)
    pairs: dict[int, PairPlayed] = defaultdict(PairPlayed)
    places: dict[int, Played] = {}
    for pk, pair, name, quest, is_ready, hand_in in _variants(mine):
        played = pairs[pair].quests[name, quest]
        played.is_dealt, played.is_ready, played.open_hand_in = True, is_ready, hand_in or ""
        places[pk] = played
    dealt = Variant.objects.filter(mine).values("pk")
    for attempt in Attempt.objects.filter(variant__in=dealt).select_related("author"):
        places[attempt.variant_id].attempts += (attempt,)
    for hint in HintTaken.objects.filter(variant__in=dealt).select_related("taken_by"):
        places[hint.variant_id].hints += (hint,)
    for unlock in Unlock.objects.filter(mine):
        pairs[unlock.pair_id].quests[unlock.card, unlock.quest].unlock = unlock
    return pairs


def _variants(mine: Q) -> Any:
    waiting = HandIn.objects.filter(variant=OuterRef("pk"), status__in=HandIn.UNDECIDED)
    return (
        Variant.objects.filter(mine)
        .annotate(is_ready=Q(answer_key__key__isnull=False), hand_in=Subquery(waiting.order_by().values("status")[:1]))
        .values_list("pk", "pair_id", "card", "quest", "is_ready", "hand_in")
    )


def firsts(course: Course, card: str, *, quest: str | None = None) -> dict[str, int]:
    """Quest (of a card, or this one) → pk of the pair of this course that solved it first; one query."""
    right = Attempt.objects.filter(verdict=Attempt.Verdict.CORRECT, variant__card=card, variant__pair__course=course)
    right = right if quest is None else right.filter(variant__quest=quest)
    earliest = right.order_by().values("variant__quest").annotate(first=Min("pk")).values("first")
    rows = Attempt.objects.filter(pk__in=earliest).order_by()
    solves = rows.values_list("variant__quest", "variant__pair_id", "created_at", "pk")
    return first_to_solve(Solve(*solve) for solve in solves)
