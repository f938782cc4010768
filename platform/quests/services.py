"""Every write of the game: dealing a variant, recording an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

import grader
from accounts.errors import Refusal
from accounts.models import User
from challenges import variants
from challenges.key import AnswerKey
from challenges.scoring import points_for
from challenges.spec import Card, Quest
from courses.models import Pair
from courses.services import weights_of, weights_path
from grading import models as grading
from grading.services import answer_key_for
from quests import versions
from quests.models import Attempt, Variant

#: Draws thrown away before we give up on a quest: one that collides this often is broken, not unlucky.
DRAW_LIMIT = 40
COURSE_MODEL = "course"


@dataclass(frozen=True)
class AnswerResult:
    """What the student reads at once after answering."""

    verdict: str
    mistake: str | None
    advice: Mapping[str, str]
    understood: str
    points: int
    attempts: int
    attempts_left: int | None
    counted: bool


def deal(*, pair: Pair, card: Card, quest: Quest) -> Variant | None:
    """The pair's variant of a quest: dealt once, then always the same. Its key is queued when nobody has it yet.

    Where the quest's file changed since, whoever has not begun is dealt the new version.
    None when the quest is about the course's checkpoint and none is registered.
    """
    existing = variant_of(pair, card.slug, quest.slug)
    if existing is not None and existing.quest_version != quest.version:
        existing = _unless_untouched(existing)
    if existing is None:
        return _deal_from(pair, card, quest, draw=0)
    if _collides(existing.answer_key):  # its key came while nobody could hear of it
        return redeal(variant=existing, quest=quest, card=card)
    return existing


def _unless_untouched(variant: Variant) -> Variant | None:
    """Take back a variant that nobody has begun; None when it was."""
    with transaction.atomic():
        untouched = Variant.objects.filter(pk=variant.pk).exclude(pk__in=versions.begun(Variant.objects.all()))
        return None if untouched.delete()[0] else variant


def variant_of(pair: Pair, card: str, quest: str) -> Variant | None:
    variants_dealt = Variant.objects.select_related("answer_key", "pair__course")
    return variants_dealt.filter(pair=pair, card=card, quest=quest).first()


def redeal(*, variant: Variant, quest: Quest, card: Card) -> Variant | None:
    """Another draw in place of one that teaches nothing: its truth is what a classic mistake gives too."""
    with transaction.atomic():
        if variant.attempts.exists():
            return variant  # somebody has answered it already: what they saw stays what they are judged by
        variant.delete()
        return _deal_from(variant.pair, card, quest, draw=variant.draw + 1)


def _deal_from(pair: Pair, card: Card, quest: Quest, *, draw: int) -> Variant | None:
    secret = bytes.fromhex(pair.course.variant_seed)
    for nth in range(draw, DRAW_LIMIT):
        parameters = variants.draw(secret, pair=pair.pk, quest=quest, nth=nth)
        question = quest.question_for(parameters)
        path = None
        if question.get("model") == COURSE_MODEL:
            weights = weights_of(pair.course)
            if weights is None:
                return None
            path = str(weights_path(weights))
        row = answer_key_for(question, weights_path=path)
        if _collides(row):
            continue
        return _keep(pair, card, quest, nth, parameters, question, row)
    raise RuntimeError(f"{card.slug}/{quest.slug}: {DRAW_LIMIT} draws in a row collide")


def _collides(row: grading.AnswerKey) -> bool:
    return row.key is not None and AnswerKey.from_json(row.key).collides


def _keep(
    pair: Pair,
    card: Card,
    quest: Quest,
    draw: int,
    parameters: dict[str, Any],
    question: dict[str, Any],
    row: Any,
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
                question=question,
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
        Refusal: the key is still being made, or no attempt is left. Nothing is written then.
    """
    variant = deal(pair=pair, card=card, quest=quest)
    if variant is None or variant.answer_key.key is None:
        raise _not_ready()
    key = AnswerKey.from_json(variant.answer_key.key)
    quest = versions.seen(variant, quest)
    verdict = grader.check_answer(variant.question, key, text)
    with transaction.atomic():
        # The write lock is ours from here (IMMEDIATE): two members who answer at once are judged one after the other.
        earlier = list(variant.attempts.all())
        if verdict.verdict == "malformed":
            return _result(verdict, quest, earlier, points=0, counted=False)
        said = next((attempt for attempt in earlier if attempt.understood == verdict.understood), None)
        solved = any(attempt.verdict == Attempt.Verdict.CORRECT for attempt in earlier)
        if said is not None or solved:
            return _result(verdict, quest, earlier, points=said.points if said else 0, counted=False)
        if quest.attempts is not None and len(earlier) >= quest.attempts:
            raise _exhausted()
        is_correct = verdict.verdict == "correct"
        points = points_for(quest.points, wrong_attempts=len(earlier)) if is_correct else 0
        attempt = Attempt.objects.create(
            variant=variant,
            author=author,
            number=len(earlier) + 1,
            text=text[:200],
            understood=verdict.understood[:200],
            verdict=verdict.verdict,
            mistake=verdict.mistake or "",
            points=points,
        )
    return _result(verdict, quest, [attempt, *earlier], points=points, counted=True)


def _result(
    verdict: grader.Verdict, quest: Quest, attempts: list[Attempt], *, points: int, counted: bool
) -> AnswerResult:
    left = None if quest.attempts is None else max(0, quest.attempts - len(attempts))
    return AnswerResult(
        verdict=verdict.verdict,
        mistake=verdict.mistake,
        advice=verdict.advice,
        understood=verdict.understood,
        points=points,
        attempts=len(attempts),
        attempts_left=left,
        counted=counted,
    )


def _not_ready() -> Refusal:
    return Refusal(
        "key_not_ready",
        status=409,
        reason={
            "en": "The model is still computing this quest's answer.",
            "fr": "Le modèle calcule encore la réponse de cette quête.",
        },
        advice={
            "en": "It takes some seconds; the quest unlocks by itself.",
            "fr": "Cela prend quelques secondes ; la quête se débloque toute seule.",
        },
    )


def _exhausted() -> Refusal:
    return Refusal(
        "no_attempt_left",
        status=409,
        reason={"en": "No attempt is left on this quest.", "fr": "Il ne reste plus d’essai sur cette quête."},
        advice={
            "en": "Show your work to your instructor; other quests are waiting.",
            "fr": "Montrez votre démarche à votre enseignant ; d’autres quêtes vous attendent.",
        },
    )
