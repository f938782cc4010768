"""The writes of the game: dealing a variant, judging an answer. Hints, locks and attempts have files of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

import grader
from accounts.models import User
from challenges import variants
from challenges.key import AnswerKey
from challenges.spec import Card, Quest
from courses.models import Pair
from courses.services import weights_of, weights_path
from grading import models as grading
from grading.services import answer_key_for, hurry
from quests import locks, refusals, versions
from quests.models import Attempt, Variant
from quests.played import Played, of_quest
from quests.recording import Recorded, kept, record_attempt

#: Draws thrown away before we give up on a quest: one that collides this often is broken, not unlucky.
DRAW_LIMIT = 40
COURSE_MODEL = "course"


@dataclass(frozen=True)
class AnswerResult:
    """What the student reads at once after answering. ``recorded`` is None when nothing was written.

    ``variant`` and ``played`` are how the quest stands now, for whoever shows it.
    """

    verdict: str
    mistake: str | None
    advice: Mapping[str, str]
    understood: str
    points: int
    attempts: int
    attempts_left: int | None
    variant: Variant
    played: Played
    recorded: Recorded | None = None

    @property
    def counted(self) -> bool:
        return self.recorded is not None


def deal(*, pair: Pair, card: Card, quest: Quest) -> Variant | None:
    """The pair's variant of a quest: dealt once, then always the same. Its key is queued when nobody has it yet.

    Where the quest's file changed since, whoever has not begun is dealt the new version.
    None when the quest is about the course's checkpoint and none is registered, or asks the pair for something first.
    Raises:
        Refusal: other quests have to be solved first.
    """
    locks.require_open(pair=pair, card=card, quest=quest)
    return deal_ahead(pair=pair, card=card, quest=quest)


def deal_ahead(*, pair: Pair, card: Card, quest: Quest, priority: int = 0) -> Variant | None:
    """``deal``, locked or not: for whoever has the keys made before a session, before or after what people wait for."""
    existing = variant_of(pair, card.slug, quest.slug)
    if existing is not None and existing.quest_version != quest.version:
        existing = _unless_untouched(existing)
    if existing is None:
        return None if quest.asks else _deal_from(pair, card, quest, draw=0, priority=priority)
    if _collides(existing.answer_key):  # its key came while nobody could hear of it
        return redeal(variant=existing, quest=quest, card=card)
    hurry(existing.answer_key, priority)
    return existing


def _unless_untouched(variant: Variant) -> Variant | None:
    """Take back a variant that nobody has begun; None when it was."""
    with transaction.atomic():
        untouched = Variant.objects.filter(pk=variant.pk).exclude(pk__in=versions.begun(Variant.objects.all()))
        return None if untouched.delete()[0] else variant


def variant_of(pair: Pair, card: str, quest: str) -> Variant | None:
    found = Variant.objects.select_related("answer_key").filter(pair=pair, card=card, quest=quest).first()
    if found is not None:
        found.pair = pair  # with its course, which whoever asks has read already
    return found


def redeal(*, variant: Variant, quest: Quest, card: Card) -> Variant | None:
    """Another draw in place of one that teaches nothing: its truth is what a classic mistake gives too."""
    with transaction.atomic():
        if quest.asks or variant.attempts.exists() or variant.hand_ins.exists():
            return variant  # what they gave, or have answered already, stays what they are judged by
        variant.delete()
        return _deal_from(variant.pair, card, quest, draw=variant.draw + 1)


def deal_given(*, pair: Pair, card: Card, quest: Quest, given: Mapping[str, Any]) -> Variant | None:
    """The variant that follows from what a pair gave, of which only what is derived is kept; the first gift counts.

    None when the quest is about the course's checkpoint and none is registered.
    Raises:
        Refusal: other quests have to be solved first.
    """
    locks.require_open(pair=pair, card=card, quest=quest)
    existing = variant_of(pair, card.slug, quest.slug)
    if existing is not None:
        return existing
    parameters = quest.kept(given)
    row = _key_row(pair, quest.question_for(parameters))
    return None if row is None else _keep(pair, card, quest, 0, parameters, row)


def _deal_from(pair: Pair, card: Card, quest: Quest, *, draw: int, priority: int = 0) -> Variant | None:
    secret = bytes.fromhex(pair.course.variant_seed)
    for nth in range(draw, DRAW_LIMIT):
        parameters = variants.draw(secret, pair=pair.pk, quest=quest, nth=nth)
        row = _key_row(pair, quest.question_for(parameters), priority)
        if row is None:
            return None
        if not _collides(row):
            return _keep(pair, card, quest, nth, parameters, row)
    raise RuntimeError(f"{card.slug}/{quest.slug}: {DRAW_LIMIT} draws in a row collide")


def _key_row(pair: Pair, question: Mapping[str, Any], priority: int = 0) -> grading.AnswerKey | None:
    """The row of a question's key; None where it is about the course's checkpoint and there is none."""
    path = None
    if question.get("model") == COURSE_MODEL:
        weights = weights_of(pair.course)
        if weights is None:
            return None
        path = str(weights_path(weights))
    return answer_key_for(question, weights_path=path, priority=priority)


def _collides(row: grading.AnswerKey) -> bool:
    return row.key is not None and bool(row.key["collides"])


def _keep(
    pair: Pair,
    card: Card,
    quest: Quest,
    draw: int,
    parameters: dict[str, Any],
    row: grading.AnswerKey,
) -> Variant:
    try:
        with transaction.atomic():
            versions.remember(quest)
            return Variant.objects.create(
                pair=pair,
                card=card.slug,
                quest=quest.slug,
                quest_version=quest.version,
                draw=draw,
                parameters=parameters,
                question=row.question,
                answer_key=row,
            )
    except IntegrityError:  # a team-mate opened it at the same moment; the draw is the same
        variant = variant_of(pair, card.slug, quest.slug)
        if variant is None:
            raise
        return variant


def answer(*, pair: Pair, author: User, card: Card, quest: Quest, text: str) -> AnswerResult:
    """Judge what somebody typed and write it down, unless it was malformed, said before, or the quest is over.

    Raises:
        Refusal: the quest is locked, its key is still being made, or no attempt is left. Nothing is written then.
    """
    variant = deal(pair=pair, card=card, quest=quest)
    if variant is None and quest.asks:
        raise refusals.asks_first()
    if variant is None or variant.answer_key.key is None:
        raise refusals.not_ready()
    quest = versions.seen(variant, quest)
    verdict = grader.check_answer(variant.question, AnswerKey.from_json(variant.answer_key.key), text)
    if verdict.verdict == "malformed":
        return _result(verdict, quest, variant, of_quest(pair, quest, variant))
    with transaction.atomic():
        # The write lock is ours from here (IMMEDIATE): two members who answer at once are judged one after the other.
        here = of_quest(pair, quest, variant)
        understood = kept(verdict.understood)
        said = next((attempt for attempt in here.attempts if _says(attempt, understood, text)), None)
        if said is not None or here.right is not None:
            return _result(verdict, quest, variant, here, points=said.points if said else 0)
        allowed = here.attempts_allowed(quest)
        if allowed is not None and len(here.attempts) >= allowed:
            raise refusals.exhausted()
        recorded = record_attempt(
            variant=variant,
            author=author,
            card=card,
            quest=quest,
            earlier=here.attempts,
            is_correct=verdict.verdict == "correct",
            mistake=verdict.mistake,
            text=text,
            understood=verdict.understood,
        )
    here.attempts = (recorded.attempt, *here.attempts)
    return _result(verdict, quest, variant, here, points=recorded.attempt.points, recorded=recorded)


def _says(attempt: Attempt, understood: str, text: str) -> bool:
    """Whether it is the same answer: read alike and, where only a part of a long list is shown, typed alike."""
    return attempt.understood == understood and ("…" not in understood or attempt.text.split() == text.split())


def _result(
    verdict: grader.Verdict,
    quest: Quest,
    variant: Variant,
    here: Played,
    *,
    points: int = 0,
    recorded: Recorded | None = None,
) -> AnswerResult:
    allowed = here.attempts_allowed(quest)
    return AnswerResult(
        verdict=verdict.verdict,
        mistake=verdict.mistake,
        advice=verdict.advice,
        understood=verdict.understood,
        points=points,
        attempts=len(here.attempts),
        attempts_left=None if allowed is None else max(0, allowed - len(here.attempts)),
        variant=variant,
        played=here,
        recorded=recorded,
    )
