"""What a pair has to solve first, and the key that an instructor holds."""

from django.db import transaction

from accounts.models import User
from challenges import order
from challenges.spec import Card, Quest
from courses.models import Pair
from quests import refusals
from quests.models import Attempt, Unlock
from quests.signals import card_changed

#: So many attempts may be added at once, and in all.
MOST_EXTRA_ATTEMPTS = 20
MOST_EXTRA_ATTEMPTS_IN_ALL = 1000


def solved_by(pair: Pair, card: Card) -> frozenset[str]:
    """The quests of a card that a pair has solved, as slugs."""
    right = Attempt.objects.filter(verdict=Attempt.Verdict.CORRECT, variant__pair=pair, variant__card=card.slug)
    return frozenset(right.order_by().values_list("variant__quest", flat=True))


def unlock_of(pair: Pair, quest: Quest) -> Unlock | None:
    return Unlock.objects.filter(pair=pair, card=quest.card, quest=quest.slug).first()


def waits_for(pair: Pair, card: Card, quest: Quest) -> tuple[Quest, ...]:
    """What a pair has to solve before this quest; nothing when it waits for nothing, or was unlocked."""
    if not quest.prerequisites:
        return ()
    missing = order.missing(quest, solved_by(pair, card))
    if not missing or unlock_of(pair, quest) is not None:
        return ()
    return tuple(card.quest(slug) for slug in missing)


def require_open(*, pair: Pair, card: Card, quest: Quest) -> None:
    """Raises ``Refusal`` (quest_locked) naming the quests that come first."""
    first = waits_for(pair, card, quest)
    if first:
        raise refusals.locked(first)


def unlock(*, instructor: User, pair: Pair, card: Card, quest: Quest, extra_attempts: int = 0) -> Unlock:
    """Open a quest for one pair, whatever it waits for, and add attempts to those it has."""
    if not 0 <= extra_attempts <= MOST_EXTRA_ATTEMPTS:
        raise ValueError("attempts are added by the handful")
    with transaction.atomic():
        row, is_new = Unlock.objects.get_or_create(
            pair=pair,
            card=card.slug,
            quest=quest.slug,
            defaults={"unlocked_by": instructor, "extra_attempts": extra_attempts},
        )
        if not is_new:
            row.extra_attempts = min(row.extra_attempts + extra_attempts, MOST_EXTRA_ATTEMPTS_IN_ALL)
            row.unlocked_by = instructor
            row.save()
        card_changed.send(
            sender=Unlock,
            pair=pair,
            card=card.slug,
            quest=quest.slug,
            what="unlocked",
            by=instructor,
            data={"extra_attempts": extra_attempts},
        )
    return row
