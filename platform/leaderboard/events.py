"""The one place from which live events leave: on commit only, public numbers only."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)


def board_group(task_slug: str, *, live: bool = False) -> str:
    """The name under which the open boards of a task listen; ``live`` are its instructors', which no freeze stops."""
    return f"leaderboard.{task_slug}.live" if live else f"leaderboard.{task_slug}"


def board_message(kind: str, board: Mapping[str, Any]) -> str:
    """What a browser receives: ``{"type": "board" | "change", "revision", "rows", "state", …}``."""
    return json.dumps({"type": kind, **board}, separators=(",", ":"))


def board_changed(*, task_slug: str, board: Mapping[str, Any], live: bool) -> None:
    """Tell the open boards of everybody, or, with ``live``, of the instructors. Best effort: a browser that missed it
    asks again by revision.

    The message is written once, as text: a thousand listeners then share one string instead of a thousand copies.
    """
    layer = get_channel_layer()
    if layer is None:
        return
    event = {"type": "board.changed", "revision": board["revision"], "text": board_message("change", board)}
    try:
        async_to_sync(layer.group_send)(board_group(task_slug, live=live), event)
    except Exception:
        logger.exception("the boards of %s did not hear of revision %s", task_slug, board["revision"])
