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
    _send(room_group(event.course_id), event.revision, event.revision - 1, for_the_room(event))
    if event.pair_id is not None:
        _send(pair_group(event.pair_id), event.revision, previous_of_pair, for_the_pair(event))


def _send(group: str, revision: int, previous: int, change: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    event = {"type": "game.changed", "revision": revision, "previous": previous, "change": change}
    try:
        async_to_sync(layer.group_send)(group, event)
    except Exception:
        logger.exception("%s did not hear of revision %s", group, revision)
