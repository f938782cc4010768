"""The one place from which live events leave: on commit only, public numbers only."""

import json
import logging
from collections.abc import Sequence
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)


def board_group(task_slug: str) -> str:
    """The name under which the open boards of a task listen."""
    return f"leaderboard.{task_slug}"


def board_message(kind: str, revision: int, rows: Sequence[dict[str, Any]]) -> str:
    """What a browser receives: ``{"type": "board" | "change", "revision", "rows"}``."""
    return json.dumps({"type": kind, "revision": revision, "rows": rows}, separators=(",", ":"))


def board_changed(*, task_slug: str, revision: int, rows: Sequence[dict[str, Any]]) -> None:
    """Tell every open board. Best effort: a browser that missed it asks again by revision.

    The message is written once, as text: a thousand listeners then share one string instead of a thousand copies.
    """
    layer = get_channel_layer()
    if layer is None:
        return
    event = {"type": "board.changed", "revision": revision, "text": board_message("change", revision, rows)}
    try:
        async_to_sync(layer.group_send)(board_group(task_slug), event)
    except Exception:
        logger.exception("the boards of %s did not hear of revision %s", task_slug, revision)
