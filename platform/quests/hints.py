"""Taking a hint: in order, paid once, from what its quest will earn."""

from django.db import transaction

from accounts.models import User
from challenges.spec import Card, Quest
from courses.models import Pair
from quests import refusals, services, versions
from quests.models import Attempt, HintTaken
from quests.signals import card_changed


def take_hint(*, pair: Pair, author: User, card: Card, quest: Quest, number: int | None = None) -> HintTaken:
    """The pair's next hint; free once the quest is solved.

    ``number`` is the one that whoever asks saw as the next: when it was taken meanwhile, by a second click or
    by a team-mate, it is given again and nothing is paid.
    Raises:
        Refusal: the quest is locked or still being prepared, or has no hint left. Nothing is written then.
    """
    variant = services.deal(pair=pair, card=card, quest=quest)
    if variant is None or variant.answer_key.key is None:
        raise refusals.not_ready()
    quest = versions.seen(variant, quest)
    with transaction.atomic():
        taken = list(variant.hints_taken.all())
        wanted = len(taken) + 1 if number is None else number
        if 1 <= wanted <= len(taken):
            return taken[wanted - 1]
        if wanted != len(taken) + 1 or wanted > len(quest.hints):
            raise refusals.no_hint_left()
        is_solved = variant.attempts.filter(verdict=Attempt.Verdict.CORRECT).exists()
        cost = 0 if is_solved else quest.hints[wanted - 1].cost
        hint = HintTaken.objects.create(variant=variant, number=wanted, cost=cost, taken_by=author)
        card_changed.send(
            sender=HintTaken,
            pair=pair,
            card=card.slug,
            quest=quest.slug,
            what="hint",
            by=author,
            data={"number": wanted, "cost": cost},
        )
    return hint
