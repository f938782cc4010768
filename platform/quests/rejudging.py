"""A quest changed after people answered it: what the new version would make of their answers, and making it so.

The difference is always computed first and shown; ``apply`` computes it again inside its transaction, so that an
answer that came meanwhile is judged with the others. What was handed in as files keeps its verdict: only answers
that were typed are judged again.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, QuerySet

import grader
from accounts.models import User
from challenges.key import AnswerKey
from challenges.scoring import points_for
from challenges.spec import Card, Quest, load_cards
from courses import audit
from courses.models import Course, Pair
from courses.services import weights_path, weights_with_digest
from grading import models as grading
from grading.services import answer_key_for
from quests import versions
from quests.models import Attempt, Rejudgement, Variant
from quests.signals import card_changed


@dataclass(frozen=True)
class Standing:
    """What an attempt says: its verdict, which mistake, what it earned."""

    verdict: str
    mistake: str
    points: int


@dataclass(frozen=True)
class Change:
    """One answer, as it was judged and as the new version judges it."""

    attempt: Attempt
    before: Standing
    after: Standing

    @property
    def is_different(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Comparison:
    """What judging again would do. ``waiting``: pairs whose new key the worker still makes; ``kept``: pairs whose
    parameters the new version does not know, and who keep the old one."""

    quest: Quest
    pairs: int
    answers: int
    changes: tuple[Change, ...]
    waiting: int
    kept: int

    @property
    def differences(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.is_different)

    @property
    def points(self) -> int:
        """How many points the class gains, or loses when negative."""
        return sum(change.after.points - change.before.points for change in self.changes)


@dataclass(frozen=True)
class Outdated:
    """A quest whose file changed since some pairs began it."""

    card: Card
    quest: Quest
    pairs: int


def outdated(course: Course) -> tuple[Outdated, ...]:
    """Quests that changed since some pairs of a course began them; one query."""
    begun = versions.begun(Variant.objects.filter(pair__course=course))
    dealt = begun.order_by().values_list("card", "quest", "quest_version").annotate(Count("pk"))
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for card, quest, version, pairs in dealt:
        counts.setdefault((card, quest), {})[version] = pairs
    found = []
    for each in load_cards():
        for quest in each.quests:
            old = counts.get((each.slug, quest.slug), {})
            pairs = sum(number for version, number in old.items() if version != quest.version)
            if pairs:
                found.append(Outdated(each, quest, pairs))
    return tuple(found)


def compare(*, course: Course, quest: Quest) -> Comparison:
    """What the new version makes of every answer; orders the answer keys that this needs, and writes nothing else."""
    variants = list(_variants(course, quest))
    changes: list[Change] = []
    waiting = kept = 0
    for variant in variants:
        row = _new_key(variant, quest)
        if row is None:
            kept += 1
        elif row.key is None:
            waiting += 1
        else:
            changes += _judged_again(variant, quest, AnswerKey.from_json(row.key))
    answers = sum(len(variant.attempts.all()) for variant in variants)
    return Comparison(quest, len(variants), answers, tuple(changes), waiting, kept)


def apply(*, course: Course, quest: Quest, by: User) -> Comparison:
    """Judge again and write it down: every variant that can be is brought to the new version."""
    with transaction.atomic():
        comparison = compare(course=course, quest=quest)
        _write(comparison.differences)
        moved = 0
        for variant in _variants(course, quest):
            row = _new_key(variant, quest)
            if row is not None and row.key is not None:
                moved += _bring_up_to_date(variant, quest, row)
        versions.remember(quest)
        Rejudgement.objects.create(
            course=course,
            card=quest.card,
            quest=quest.slug,
            version=quest.version,
            pairs=moved,
            changes=[
                {"attempt": each.attempt.pk, "before": asdict(each.before), "after": asdict(each.after)}
                for each in comparison.differences
            ],
            judged_by=by,
        )
        _record(course, quest, by, comparison.differences)
    return comparison


def _record(course: Course, quest: Quest, by: User, differences: Iterable[Change]) -> None:
    """One entry of the course's trace for each pair whose answers are judged otherwise now."""
    of_pair: dict[Pair, list[Change]] = {}
    for change in differences:
        of_pair.setdefault(change.attempt.variant.pair, []).append(change)
    for pair, changes in of_pair.items():
        audit.record(
            course=course,
            actor=by,
            action="quest-judged-again",
            subject=f"quest:{quest.slug}"[:60],
            pair=pair,
            before={"points": sum(change.before.points for change in changes)},
            after={"points": sum(change.after.points for change in changes), "answers": len(changes)},
        )


def _variants(course: Course, quest: Quest) -> QuerySet[Variant]:
    """What pairs of a course began under another version, with their answers from the first to the last."""
    variants = Variant.objects.filter(pair__course=course, card=quest.card, quest=quest.slug)
    begun = versions.begun(variants.exclude(quest_version=quest.version))
    return begun.select_related("answer_key", "pair__course").prefetch_related(
        "attempts__author", "attempts__hand_in", "hints_taken"
    )


def _new_key(variant: Variant, quest: Quest) -> grading.AnswerKey | None:
    """The key of the new version's question for the same parameters; None where it could not be asked of this pair."""
    if not quest.allows(variant.parameters):
        return None
    question = quest.question_for(variant.parameters)
    path = None
    if question.get("model") == "course":
        weights = weights_with_digest(variant.pair.course, variant.answer_key.model_digest)
        if weights is None:
            return None
        path = str(weights_path(weights))
    return answer_key_for(question, weights_path=path)


def _judged_again(variant: Variant, quest: Quest, key: AnswerKey) -> Iterable[Change]:
    """Its answers in their order: the first right one earns the points, whatever was said after it counts no more."""
    question = quest.question_for(variant.parameters)
    hints_cost = sum(hint.cost for hint in variant.hints_taken.all())
    wrong = 0
    is_solved = False
    for attempt in sorted(variant.attempts.all(), key=lambda each: each.number):
        verdict, mistake = _verdict(attempt, question, key)
        points = 0
        if verdict == Attempt.Verdict.CORRECT:
            if is_solved:
                verdict = Attempt.Verdict.LATER
            else:
                points = points_for(quest.points, wrong_attempts=wrong, hints_cost=hints_cost)
            is_solved = True
        elif not is_solved:
            wrong += 1
        before = Standing(attempt.verdict, attempt.mistake, attempt.points)
        yield Change(attempt, before, Standing(verdict, mistake, points))


def _verdict(attempt: Attempt, question: dict[str, Any], key: AnswerKey) -> tuple[str, str]:
    """What was handed in keeps its verdict; so does what the new version cannot read."""
    was_right = attempt.verdict in (Attempt.Verdict.CORRECT, Attempt.Verdict.LATER)
    standing = (Attempt.Verdict.CORRECT if was_right else Attempt.Verdict.WRONG), attempt.mistake
    if getattr(attempt, "hand_in", None) is not None:
        return standing
    verdict = grader.check_answer(question, key, attempt.text)
    if verdict.verdict == "malformed":
        return standing
    return verdict.verdict, verdict.mistake or ""


def _write(changes: Iterable[Change]) -> None:
    """What stops being right first: a variant has one right answer at most, at every moment."""
    for change in sorted(changes, key=lambda each: each.after.verdict == Attempt.Verdict.CORRECT):
        Attempt.objects.filter(pk=change.attempt.pk).update(**asdict(change.after))


def _bring_up_to_date(variant: Variant, quest: Quest, row: grading.AnswerKey) -> int:
    changed = Variant.objects.filter(pk=variant.pk, quest_version=F("quest_version")).update(
        quest_version=quest.version, question=quest.question_for(variant.parameters), answer_key=row
    )
    card_changed.send(
        sender=Variant, pair=variant.pair, card=quest.card, quest=quest.slug, what="rejudged", by=None, data={}
    )
    return changed
