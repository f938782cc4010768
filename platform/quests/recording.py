"""A verdict, written down: every attempt, typed or handed in, passes here, and whoever watches is told."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from accounts.words import storable
from challenges.scoring import finished_lines, is_full, points_for
from challenges.spec import Card, Quest
from quests.locks import solved_by
from quests.models import Attempt, Variant
from quests.signals import card_changed

_LONGEST_TEXT, _LONGEST = 2000, 200


@dataclass(frozen=True)
class Recorded:
    """An attempt, and what it finished: lines (as their quests' slugs), the card; whether nobody was faster."""

    attempt: Attempt
    is_first: bool = False
    lines: tuple[tuple[str, ...], ...] = ()
    is_full: bool = False


def record_attempt(
    *,
    variant: Variant,
    author: User,
    card: Card,
    quest: Quest,
    earlier: Sequence[Attempt],
    is_correct: bool,
    mistake: str | None = None,
    text: str = "",
    understood: str = "",
) -> Recorded:
    """Write an attempt with its points, and tell ``card_changed``. Inside a transaction that holds the write lock.

    ``earlier`` are the variant's attempts so far, read inside the same transaction.
    """
    attempt = Attempt.objects.create(
        variant=variant,
        author=author,
        number=max((one.number for one in earlier), default=0) + 1,
        text=storable(text)[:_LONGEST_TEXT],
        understood=kept(understood),
        verdict=Attempt.Verdict.CORRECT if is_correct else Attempt.Verdict.WRONG,
        mistake=mistake or "",
        points=_points(variant, quest, earlier) if is_correct else 0,
    )
    recorded = _finished(attempt, variant, card) if is_correct else Recorded(attempt)
    _tell(recorded, variant, card, earlier)
    return recorded


def decide_again(
    *, attempt: Attempt, card: Card, quest: Quest, others: Sequence[Attempt], is_correct: bool
) -> Recorded:
    """Somebody sees an attempt differently now. Inside a transaction that holds the write lock.

    ``others`` are the variant's other attempts: what came before costs as it did, and where one of them is right
    already, this one counts for nothing.
    """
    before = [one for one in others if one.number < attempt.number]
    is_later = is_correct and any(one.verdict == Attempt.Verdict.CORRECT for one in others)
    right = Attempt.Verdict.LATER if is_later else Attempt.Verdict.CORRECT
    attempt.verdict = right if is_correct else Attempt.Verdict.WRONG
    attempt.mistake = ""
    counts = attempt.verdict == Attempt.Verdict.CORRECT
    attempt.points = _points(attempt.variant, quest, before) if counts else 0
    attempt.save(update_fields=["verdict", "mistake", "points"])
    if not counts:
        return Recorded(attempt)
    recorded = _finished(attempt, attempt.variant, card)
    _tell(recorded, attempt.variant, card, before)
    return recorded


def kept(understood: str) -> str:
    """How an answer was read, as it is kept: a long one by its beginning and a fingerprint, so that it stays itself."""
    if len(understood) <= _LONGEST:
        return understood
    fingerprint = hashlib.sha256(understood.encode()).hexdigest()[:8]
    return f"{understood[:180]} … ({fingerprint})"


def _points(variant: Variant, quest: Quest, earlier: Sequence[Attempt]) -> int:
    costs = variant.hints_taken.values_list("cost", flat=True) if quest.hints else ()
    return points_for(quest.points, wrong_attempts=len(earlier), hints_cost=sum(costs))


def _finished(attempt: Attempt, variant: Variant, card: Card) -> Recorded:
    solved = solved_by(variant.pair, card)
    before = solved - {variant.quest}
    return Recorded(
        attempt,
        is_first=not _others_solved(attempt, variant),
        lines=_new_lines(card, before, solved),
        is_full=is_full(card, solved) and not is_full(card, before),
    )


def _new_lines(card: Card, before: Collection[str], after: Collection[str]) -> tuple[tuple[str, ...], ...]:
    earlier = set(finished_lines(card, before))
    return tuple(line for line in finished_lines(card, after) if line not in earlier)


def _others_solved(attempt: Attempt, variant: Variant) -> bool:
    same = Attempt.objects.filter(
        verdict=Attempt.Verdict.CORRECT,
        variant__card=variant.card,
        variant__quest=variant.quest,
        variant__pair__course=variant.pair.course_id,
    )
    return same.exclude(pk=attempt.pk).exists()


def _tell(recorded: Recorded, variant: Variant, card: Card, earlier: Sequence[Attempt]) -> None:
    """Public numbers only: what was typed, and how wrong it was, is the pair's own."""
    attempt = recorded.attempt

    def send(what: str, **data: Any) -> None:
        card_changed.send(
            sender=Attempt,
            pair=variant.pair,
            card=variant.card,
            quest=variant.quest,
            what=what,
            by=attempt.author,
            data=data,
        )

    if attempt.verdict == Attempt.Verdict.WRONG:
        send("wrong", attempts=len(earlier) + 1)
        return
    send("solved", points=attempt.points, attempts=len(earlier) + 1, first=recorded.is_first)
    for line in recorded.lines:
        send("line", quests=list(line), points=card.bonus.line)
    if recorded.is_full:
        send("full", points=card.bonus.full)
