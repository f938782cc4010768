"""The one place from which live events of the game leave: on commit only, public facts only.

The room's group hears everything that a projector or an instructor's grid may build on; a pair's group hears of that
pair's own cards, and nothing of others. ``previous`` is the revision of the event before this one in the same group:
whoever did not hear that one asks the database.
"""

import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from room.models import GameEvent

logger = logging.getLogger(__name__)


def room_group(course: int) -> str:
    """Where the instructors of a course listen."""
    return f"room.{course}"


def pair_group(pair: int) -> str:
    """Where the members of a pair listen."""
    return f"pair.{pair}"


def for_the_room(event: GameEvent) -> dict[str, Any]:
    """What happened, as the projector and the grid build on it; the pair is still its key here."""
    return {
        "revision": event.revision,
        "what": event.what,
        "pair": event.pair_id,
        "card": event.card,
        "quest": event.quest,
        "points": whole(event.data.get("points")),
        "first": event.data.get("first") is True,
        "at": event.created_at.isoformat(),
    }


def for_the_pair(event: GameEvent) -> dict[str, Any]:
    """What happened, as a member's open page hears it."""
    return {"revision": event.revision, "card": event.card, "quest": event.quest, "what": event.what}


def whole(value: object) -> int:
    """A number of points, whatever stands there."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def announce(event: GameEvent, *, previous_of_pair: int) -> None:
    """Tell every open page. Best effort: a page that missed it asks again by revision."""
    layer = get_channel_layer()
    if layer is None:
        return
    messages = [(room_group(event.course_id), _message(event, event.revision - 1, for_the_room(event)))]
    if event.pair_id is not None:
        messages.append((pair_group(event.pair_id), _message(event, previous_of_pair, for_the_pair(event))))
    try:
        async_to_sync(_send)(layer, messages)
    except Exception:
        logger.exception("course %s did not hear of revision %s", event.course_id, event.revision)


def _message(event: GameEvent, previous: int, change: dict[str, Any]) -> dict[str, Any]:
    return {"type": "game.changed", "revision": event.revision, "previous": previous, "change": change}


async def _send(layer: Any, messages: list[tuple[str, dict[str, Any]]]) -> None:
    for group, message in messages:
        await layer.group_send(group, message)
