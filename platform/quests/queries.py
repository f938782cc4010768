"""What the pages and the API read of the game. A card costs a fixed number of queries, however many quests it has."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.http import Http404

from accounts.models import User
from challenges import answers, order, scoring
from challenges.key import Material
from challenges.races import Streak
from challenges.scoring import CardPoints
from challenges.spec import Bilingual, Card, Quest, load_cards
from courses.models import Course, CourseWeights, Pair
from courses.services import weights_with_digest
from quests import locks, played, services, versions
from quests.hand_in_queries import material_of
from quests.models import Attempt, HandIn, HintTaken, Unlock, Variant
from quests.played import PairPlayed, Played

PREPARING, OPEN, LOCKED, SOLVED, EXHAUSTED = "preparing", "open", "locked", "solved", "exhausted"
CHECKING, WAITING = str(HandIn.Status.CHECKING), str(HandIn.Status.WAITING)
STATES = (PREPARING, OPEN, LOCKED, CHECKING, WAITING, SOLVED, EXHAUSTED)


@dataclass(frozen=True)
class QuestState:
    """How one pair stands with one quest. ``attempts_left`` is None when they are not limited.

    ``waits_for`` are the quests that have to be solved first; ``points_now`` is what a right answer would earn.
    """

    quest: Quest
    card_slug: str
    state: str
    points: int
    points_possible: int
    points_now: int
    attempts: int
    attempts_left: int | None
    solved_by: User | None
    solved_at: datetime.datetime | None
    waits_for: tuple[Quest, ...] = ()
    hints_taken: tuple[HintTaken, ...] = ()
    is_first: bool = False

    @property
    def hints(self) -> tuple[tuple[HintTaken, Bilingual], ...]:
        """Those taken, with their texts; one that the quest's file has lost since is left out."""
        return tuple(
            (one, self.quest.hints[one.number - 1].text)
            for one in self.hints_taken
            if one.number <= len(self.quest.hints)
        )

    @property
    def next_hint(self) -> int | None:
        """The number of the next hint; None when there is none left, or the quest is still closed."""
        number = len(self.hints_taken) + 1
        is_there = number <= len(self.quest.hints) and self.state not in (LOCKED, PREPARING)
        return number if is_there else None

    @property
    def next_hint_cost(self) -> int | None:
        if self.next_hint is None:
            return None
        return 0 if self.state == SOLVED else self.quest.hints[self.next_hint - 1].cost

    @property
    def points_after_hint(self) -> int:
        """What a right answer would earn once the next hint is taken: no hint goes below the floor."""
        return _worth(self.quest, self.attempts, _cost(self.hints_taken) + (self.next_hint_cost or 0))

    @property
    def can_be_tried(self) -> bool:
        return self.state in (OPEN, PREPARING)


@dataclass(frozen=True)
class ChapterState:
    """A part of a hunt: ``is_current`` when the next step is in it. A hunt without chapters is one without a title."""

    title: Bilingual | None
    quests: tuple[QuestState, ...]
    is_current: bool

    @property
    def solved(self) -> int:
        return sum(quest.state == SOLVED for quest in self.quests)


@dataclass(frozen=True)
class CardState:
    """How one pair stands with one card. ``lines`` are the finished lines, each as its quests' slugs.

    ``points`` and ``points_possible`` count the bonus of lines and of the full card.
    """

    card: Card
    quests: tuple[QuestState, ...]
    earned: CardPoints
    possible: CardPoints
    lines: tuple[tuple[str, ...], ...]
    is_full: bool
    streak: Streak

    @property
    def points(self) -> int:
        return self.earned.total

    @property
    def points_possible(self) -> int:
        return self.possible.total

    @property
    def total(self) -> int:
        return len(self.quests)

    @property
    def solved(self) -> int:
        return sum(quest.state == SOLVED for quest in self.quests)

    @cached_property
    def by_slug(self) -> Mapping[str, QuestState]:
        return {state.quest.slug: state for state in self.quests}

    def next_step(self, *, after: str | None = None) -> QuestState | None:
        """The quest to propose next: a main one as long as one can be tried."""
        waiting = {state.quest.slug for state in self.quests if state.can_be_tried}
        slug = order.next_step(self.card, waiting, after=after)
        return self.by_slug[slug] if slug else None

    @property
    def chapters(self) -> tuple[ChapterState, ...]:
        """The card's chapters; where it has none, one without a title, main quests before side quests."""
        following = self.next_step()
        here = following.quest.slug if following else ""
        parts: list[tuple[Bilingual | None, tuple[str, ...]]]
        parts = [(chapter.title, chapter.quests) for chapter in self.card.chapters]
        parts = parts or [(None, tuple(quest.slug for quest in order.suggested(self.card)))]
        return tuple(
            ChapterState(title, tuple(self.by_slug[slug] for slug in slugs), here in slugs) for title, slugs in parts
        )


@dataclass(frozen=True)
class QuestPage:
    """Everything a quest's page shows: never the truth, never another pair's anything."""

    state: QuestState
    statement: Mapping[str, str]
    expects: Mapping[str, str]
    parameters: Mapping[str, Any]
    attempts: tuple[Attempt, ...]
    weights: CourseWeights | None
    material: Material | None
    needs_weights: bool
    is_dealt: bool

    @property
    def is_multiline(self) -> bool:
        """Whether what one types is a list that wants several lines."""
        return self.longest > answers.LONGEST

    @property
    def longest(self) -> int:
        return answers.longest(self.state.quest.kind)


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
    """How a pair stands with a card; five queries."""
    first = {slug for slug, winner in played.firsts(pair.course, card_slug).items() if winner == pair.pk}
    return _card_state(find_card(card_slug), _game_of(pair, card_slug), first)


def what_follows(pair: Pair, card_slug: str, *, after: str) -> tuple[QuestState | None, bool]:
    """The next quest to propose after this one, and whether the card is full; four queries."""
    state = _card_state(find_card(card_slug), _game_of(pair, card_slug))
    return state.next_step(after=after), state.is_full


def _game_of(pair: Pair, card_slug: str) -> PairPlayed:
    return played.gather(pair=pair, card=card_slug).get(pair.pk, PairPlayed())


def quest_page(pair: Pair, card_slug: str, quest_slug: str) -> QuestPage:
    """What a pair reads on a quest's page; its variant is dealt on the first visit, unless the quest is locked."""
    card = find_card(card_slug)
    quest = find_quest(card, quest_slug)
    first = locks.waits_for(pair, card, quest)
    if first:
        variant = services.variant_of(pair, card_slug, quest_slug)
    else:
        variant = services.deal_ahead(pair=pair, card=card, quest=quest)
    quest = versions.seen(variant, quest) if variant else quest
    here = played.of_quest(pair, quest, variant)
    state = _quest_state(card, quest, here, waits_for=first, is_first=_is_first(pair, card, quest, here))
    return _quest_page(pair, state, variant, here)


def page_after(pair: Pair, card: Card, quest: Quest, result: services.AnswerResult) -> QuestPage:
    """The page that an answer has just changed, from what judging it read: no query of its own for most quests."""
    recorded, here = result.recorded, result.played
    is_first = recorded.is_first if recorded else _is_first(pair, card, quest, here)
    state = _quest_state(card, versions.seen(result.variant, quest), here, is_first=is_first)
    return _quest_page(pair, state, result.variant, here)


def _is_first(pair: Pair, card: Card, quest: Quest, here: Played) -> bool:
    return here.right is not None and played.firsts(pair.course, card.slug, quest=quest.slug)[quest.slug] == pair.pk


def _quest_page(pair: Pair, state: QuestState, variant: Variant | None, here: Played) -> QuestPage:
    quest = state.quest
    shown = variant if variant and state.state != LOCKED else None
    needs_weights = quest.model == services.COURSE_MODEL and state.state != LOCKED and not (quest.asks and not variant)
    parameters = shown.parameters if shown else {}
    return QuestPage(
        state=state,
        statement={language: quest.statement_for(parameters, language) if shown else "" for language in ("fr", "en")},
        expects=quest.expects,
        parameters=quest.visible(parameters),
        attempts=here.attempts,
        weights=weights_with_digest(pair.course, shown.answer_key.model_digest) if needs_weights and shown else None,
        material=material_of(shown) if shown and not quest.rules.is_handed_in else None,
        needs_weights=needs_weights,
        is_dealt=shown is not None,
    )


def preview(card_slug: str, quest_slug: str, text: str) -> dict[str, Any]:
    """How an answer would be read, and what is expected; judges nothing."""
    quest = find_quest(find_card(card_slug), quest_slug)
    return {"understood": answers.preview_answer(quest.kind, text), "expected": dict(quest.expects)}


def progress_of(course: Course) -> tuple[PairProgress, ...]:
    """Every pair of a course on every card; a fixed number of queries."""
    games = played.gather(pair__course=course)
    rows = []
    for pair in course.pairs.select_related("group").prefetch_related("members"):
        game = games.get(pair.pk, PairPlayed())
        cards = {card.slug: _card_state(card, game) for card in load_cards()}
        attempts = [attempt for one in game.quests.values() for attempt in one.attempts]
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


def cards_of(pair: Pair) -> tuple[CardState, ...]:
    """How a pair stands with every card; as many queries as for one."""
    game = played.gather(pair=pair).get(pair.pk, PairPlayed())
    return tuple(_card_state(card, game) for card in load_cards())


def commonest_mistakes(course: Course, *, limit: int = 8) -> tuple[tuple[str, int], ...]:
    """Mistake codes of a course's wrong answers and how many pairs' attempts made each; "" is the unexplained ones.

    What a person returned is explained by its remark.
    """
    wrong = Attempt.objects.filter(variant__pair__course=course, verdict=Attempt.Verdict.WRONG)
    wrong = wrong.exclude(mistake="", hand_in__isnull=False)
    counted = wrong.order_by().values_list("mistake").annotate(made=Count("pk")).order_by("-made", "mistake")
    return tuple(counted[:limit])


def _card_state(card: Card, game: PairPlayed, first: Collection[str] = ()) -> CardState:
    here = {quest.slug: game.of(card.slug, quest.slug) for quest in card.quests}
    earned = {slug: one.right.points for slug, one in here.items() if one.right}
    states = tuple(
        _quest_state(
            card,
            quest,
            here[quest.slug],
            waits_for=_waits_for(card, quest, here[quest.slug].unlock, earned),
            is_first=quest.slug in first,
        )
        for quest in card.quests
    )
    return CardState(
        card=card,
        quests=states,
        earned=scoring.card_points(card, earned),
        possible=scoring.points_possible(card),
        lines=scoring.finished_lines(card, earned),
        is_full=scoring.is_full(card, earned),
        streak=game.streak(card.slug),
    )


def _waits_for(card: Card, quest: Quest, unlock: Unlock | None, solved: Collection[str]) -> tuple[Quest, ...]:
    return () if unlock else tuple(card.quest(slug) for slug in order.missing(quest, solved))


def state_of(
    card: Card,
    quest: Quest,
    variant: Variant | None,
    attempts: Iterable[Attempt],
    *,
    waits_for: tuple[Quest, ...] = (),
    hints: Iterable[HintTaken] = (),
    unlock: Unlock | None = None,
    open_hand_in: str = "",
) -> QuestState:
    """How a pair stands with one quest, from its variant (None before it was dealt) and all its attempts."""
    is_ready = variant is None or variant.answer_key.key is not None
    here = Played(variant is not None, is_ready, open_hand_in, tuple(attempts), tuple(hints), unlock)
    return _quest_state(card, quest, here, waits_for=waits_for)


def _quest_state(
    card: Card, quest: Quest, here: Played, *, waits_for: tuple[Quest, ...] = (), is_first: bool = False
) -> QuestState:
    right = here.right
    allowed = here.attempts_allowed(quest)
    left = None if allowed is None else max(0, allowed - len(here.attempts))
    return QuestState(
        quest=quest,
        card_slug=card.slug,
        state=_state_word(here, left, is_locked=bool(waits_for)),
        points=right.points if right else 0,
        points_possible=quest.points,
        points_now=_worth(quest, len(here.attempts), _cost(here.hints)),
        attempts=len(here.attempts),
        attempts_left=left,
        solved_by=right.author if right else None,
        solved_at=right.created_at if right else None,
        waits_for=() if right else waits_for,
        hints_taken=here.hints,
        is_first=is_first,
    )


def _state_word(here: Played, left: int | None, *, is_locked: bool) -> str:
    if here.right is not None:
        return SOLVED
    if is_locked:
        return LOCKED
    if here.open_hand_in:
        return here.open_hand_in
    if left == 0:
        return EXHAUSTED
    return OPEN if here.is_ready else PREPARING


def _cost(hints: Iterable[HintTaken]) -> int:
    return sum(hint.cost for hint in hints)


def _worth(quest: Quest, wrong_attempts: int, hints_cost: int) -> int:
    return scoring.points_for(quest.points, wrong_attempts=wrong_attempts, hints_cost=hints_cost)
