"""The journal follows the cards, in the transaction that changes them."""

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from courses.models import Pair
from quests.signals import card_changed
from room.services import record


@receiver(card_changed, dispatch_uid="write-the-journal")
def follow(
    pair: Pair,
    card: str,
    quest: str,
    what: str,
    by: User | None = None,
    data: dict[str, Any] | None = None,
    **_: Any,
) -> None:
    record(course=pair.course, what=what, pair=pair, card=card, quest=quest, by=by, data=data)
