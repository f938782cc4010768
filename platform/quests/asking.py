"""What a quest asks of the pair itself: a date, of which only what the quest derives from it is ever written."""

import datetime

from accounts.errors import Refusal
from challenges.parameters import Date
from challenges.spec import Card, Quest
from courses.models import Pair
from quests import services
from quests.models import Variant


def asked_date(quest: Quest) -> Date | None:
    """The days that a quest takes; None when it asks for nothing."""
    parameter = quest.parameters.get(quest.asks) if quest.asks else None
    return parameter if isinstance(parameter, Date) else None


def give_date(*, pair: Pair, card: Card, quest: Quest, day: datetime.date) -> Variant | None:
    """Deal the variant that follows from a day. The day itself is written nowhere, not even in a log.

    None when the quest is about the course's checkpoint and none is registered.
    Raises:
        Refusal: the quest asks for nothing, does not take this day, or is locked.
    """
    days = asked_date(quest)
    if days is None:
        raise _asks_for_nothing()
    given = {"day": day.day, "month": day.month, "year": day.year}
    if not days.holds(given):
        raise _not_this_day(days)
    return services.deal_given(pair=pair, card=card, quest=quest, given={quest.asks: given})


def unreadable() -> Refusal:
    """For what is no date at all."""
    return Refusal(
        "not_a_day",
        status=422,
        reason={"en": "This is not a date.", "fr": "Ce n’est pas une date."},
        advice={"en": "Write it as 1991-12-08.", "fr": "Écrivez-la ainsi : 08/12/1991."},
    )


def _asks_for_nothing() -> Refusal:
    return Refusal(
        "asks_for_nothing",
        status=409,
        reason={"en": "This quest asks you for nothing.", "fr": "Cette quête ne vous demande rien."},
        advice={"en": "Answer it as it stands.", "fr": "Répondez-y telle qu’elle est."},
    )


def _not_this_day(days: Date) -> Refusal:
    return Refusal(
        "day_out_of_range",
        status=422,
        reason={
            "en": f"A day from {days.first:%d/%m/%Y} to {days.last:%d/%m/%Y} is expected.",
            "fr": f"On attend un jour du {days.first:%d/%m/%Y} au {days.last:%d/%m/%Y}.",
        },
        advice={"en": "Check the year.", "fr": "Vérifiez l’année."},
    )
