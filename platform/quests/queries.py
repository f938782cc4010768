"""What the pages and the API read of the game. A card costs a fixed number of queries, however many quests it has."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import Http404

from accounts.models import User
from challenges import answers, scoring
from challenges.spec import Card, Quest, load_cards
from courses.models import Course, CourseWeights, Pair
from courses.services import weights_with_digest
from quests import services, versions
from quests.models import Attempt, Variant

PREPARING, OPEN, SOLVED, EXHAUSTED = "preparing", "open", "solved", "exhausted"


@dataclass(frozen=True)
class QuestState:
    """How one pair stands with one quest. ``attempts_left`` is None when they are not limited."""

    quest: Quest
    card_slug: str
    state: str
    points: int
    points_possible: int
    attempts: int
    attempts_left: int | None
    solved_by: User | None
    solved_at: datetime.datetime | None


@dataclass(frozen=True)
class CardState:
    """How one pair stands with one card. ``lines`` are the finished lines, each as its quests' slugs."""

    card: Card
    quests: tuple[QuestState, ...]
    points: int
    points_possible: int
    lines: tuple[tuple[str, ...], ...]
    is_full: bool

    @property
    def total(self) -> int:
        return len(self.quests)

    @property
    def solved(self) -> int:
        return sum(quest.state == SOLVED for quest in self.quests)


@dataclass(frozen=True)
class QuestPage:
    """Everything a quest's page shows: never the truth, never another pair's anything."""

    state: QuestState
    statement: Mapping[str, str]
    expects: Mapping[str, str]
    parameters: Mapping[str, Any]
    attempts: tuple[Attempt, ...]
    weights: CourseWeights | None
    needs_weights: bool


@dataclass(frozen=True)
class PairProgress:
    """One row of the instructor's overview."""

    pair: Pair
    cards: Mapping[str, CardState]
    points: int
    attempts: int
    last_activity_at: datetime.datetime | None


def find_card(slug: str) -> Card:
    card = next((card for card in load_cards() if card.slug == slug), None)
    if card is None:
        raise Http404("no such card")
    return card


def find_quest(card: Card, slug: str) -> Quest:
    quest = next((quest for quest in card.quests if quest.slug == slug), None)
    if quest is None:
        raise Http404("no such quest")
    return quest


def card_state(pair: Pair, card_slug: str) -> CardState:
    """How a pair stands with a card; three queries."""
    card = find_card(card_slug)
    dealt = _dealt(Variant.objects.filter(pair=pair, card=card_slug))
    return _card_state(card, dealt.get(pair.pk, {}))


def quest_page(pair: Pair, card_slug: str, quest_slug: str) -> QuestPage:
    """What a pair reads on a quest's page; its variant is dealt on the first visit."""
    card = find_card(card_slug)
    quest = find_quest(card, quest_slug)
    needs_weights = quest.model == services.COURSE_MODEL
    variant = services.deal(pair=pair, card=card, quest=quest)
    if variant is not None:
        quest = versions.seen(variant, quest)
    attempts = tuple(variant.attempts.select_related("author")) if variant else ()
    parameters = variant.parameters if variant else {}
    return QuestPage(
        state=state_of(card, quest, variant, attempts),
        statement={language: quest.statement_for(parameters, language) if variant else "" for language in ("fr", "en")},
        expects=quest.expects,
        parameters=parameters,
        attempts=attempts,
        weights=weights_with_digest(pair.course, variant.answer_key.model_digest)
        if needs_weights and variant
        else None,
        needs_weights=needs_weights,
    )


def _weights_of(variant: Variant) -> CourseWeights | None:
    return weights_with_digest(variant.pair.course, variant.answer_key.model_digest)


def preview(card_slug: str, quest_slug: str, text: str) -> dict[str, Any]:
    """How an answer would be read, and what is expected; judges nothing."""
    quest = find_quest(find_card(card_slug), quest_slug)
    return {"understood": answers.preview_answer(quest.kind, text), "expected": dict(quest.expects)}


def progress_of(course: Course) -> tuple[PairProgress, ...]:
    """Every pair of a course on every card; a fixed number of queries."""
    dealt = _dealt(Variant.objects.filter(pair__course=course))
    rows = []
    for pair in course.pairs.select_related("group").prefetch_related("members"):
        variants = dealt.get(pair.pk, {})
        cards = {card.slug: _card_state(card, variants) for card in load_cards()}
        attempts = [attempt for _, tried in variants.values() for attempt in tried]
        rows.append(
            PairProgress(
                pair=pair,
                cards=cards,
                points=sum(card.points for card in cards.values()),
                attempts=len(attempts),
                last_activity_at=max((attempt.created_at for attempt in attempts), default=None),
            )
        )
    return tuple(rows)


def commonest_mistakes(course: Course, *, limit: int = 8) -> tuple[tuple[str, int], ...]:
    """Mistake codes of a course's wrong answers and how many pairs' attempts made each; "" is the unexplained ones."""
    wrong = Attempt.objects.filter(variant__pair__course=course, verdict=Attempt.Verdict.WRONG)
    counted = wrong.order_by().values_list("mistake").annotate(made=Count("pk")).order_by("-made", "mistake")
    return tuple(counted[:limit])


_DealtToPair = dict[tuple[str, str], tuple[Variant, tuple[Attempt, ...]]]


def _dealt(variants: Any) -> dict[int, _DealtToPair]:
    """Variants and their attempts, by pair, then by (card, quest)."""
    by_pair: dict[int, _DealtToPair] = defaultdict(dict)
    for variant in variants.select_related("answer_key").prefetch_related("attempts__author"):
        by_pair[variant.pair_id][variant.card, variant.quest] = (variant, tuple(variant.attempts.all()))
    return by_pair


def _card_state(card: Card, dealt: _DealtToPair) -> CardState:
    states = tuple(state_of(card, quest, *dealt.get((card.slug, quest.slug), (None, ()))) for quest in card.quests)
    solved = frozenset(state.quest.slug for state in states if state.state == SOLVED)
    return CardState(
        card=card,
        quests=states,
        points=sum(state.points for state in states),
        points_possible=sum(state.points_possible for state in states),
        lines=scoring.finished_lines(card, solved),
        is_full=len(solved) == len(states),
    )


def state_of(card: Card, quest: Quest, variant: Variant | None, attempts: Iterable[Attempt]) -> QuestState:
    """How a pair stands with one quest, from its variant (None before it was dealt) and all its attempts."""
    tried = tuple(attempts)
    right = next((attempt for attempt in tried if attempt.verdict == Attempt.Verdict.CORRECT), None)
    left = None if quest.attempts is None else max(0, quest.attempts - len(tried))
    return QuestState(
        quest=quest,
        card_slug=card.slug,
        state=_state_word(variant, right, left),
        points=right.points if right else 0,
        points_possible=quest.points,
        attempts=len(tried),
        attempts_left=left,
        solved_by=right.author if right else None,
        solved_at=right.created_at if right else None,
    )


def _state_word(variant: Variant | None, right: Attempt | None, left: int | None) -> str:
    if right is not None:
        return SOLVED
    if left == 0:
        return EXHAUSTED
    # A quest nobody has opened yet is open: it is dealt, and its key fetched or made, when it is.
    return PREPARING if variant is not None and variant.answer_key.key is None else OPEN
