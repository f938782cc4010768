"""One open board: the whole of it on connect, then one message per change.

``WS /ws/tasks/<task>/leaderboard/``. The server says ``{"type": "board", "revision", "rows", "state", …}`` first and
``{"type": "change", …}`` with the same keys after; rows are always all of them, so a message that is missed costs
nothing. A client may send ``{"since": REVISION}`` and gets the whole board when it is behind. While the task is frozen,
its instructors go on hearing of changes, unless they ask for what pairs see, as a projector does: ``?projector=1``.
Close codes: 4404 for whoever may not see the board, 4400 for a message that is not one.
"""

import asyncio
import time
from typing import Any, Final
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import Http404

from accounts.sockets import NOT_A_MESSAGE, NOT_HERE, listener, revision_asked_for
from leaderboard.events import board_group, board_message
from leaderboard.queries import board_of
from submissions.access import access_task
from submissions.models import Task

#: At most one change in this time; those in between are skipped, the last one is never.
PAUSE_SECONDS: Final = 0.2


class BoardConsumer(AsyncWebsocketConsumer):
    """Sends in order of revision, and never an older one after a newer one."""

    async def connect(self) -> None:
        self.group = ""
        self.revision = -1
        self.live = False
        self.sent_at = 0.0
        self.waiting: dict[str, Any] | None = None
        self.later: asyncio.Task[None] | None = None
        # Accepted first: a browser only learns a close code on an open socket, and then knows not to try again.
        await self.accept()
        try:
            self.task = await self._task()
        except Http404:
            await self.close(code=NOT_HERE)
            return
        self.group = board_group(self.task.slug, live=self.live)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self._send_board()

    async def disconnect(self, code: int) -> None:
        if self.later is not None:
            self.later.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self.group:
            return
        since = revision_asked_for(text_data)
        if since is None:
            await self.close(code=NOT_A_MESSAGE)
        else:
            await self._send_board(unless=since)

    async def board_changed(self, event: dict[str, Any]) -> None:
        """From ``leaderboard.events``: send it, now or after the pause."""
        if event["revision"] <= self.revision:
            return
        self.waiting = event
        pause = self.sent_at + PAUSE_SECONDS - time.monotonic()
        if pause <= 0:
            await self._send_waiting()
        elif self.later is None:
            self.later = asyncio.create_task(self._send_after(pause))

    async def _send_after(self, pause: float) -> None:
        await asyncio.sleep(pause)
        self.later = None
        await self._send_waiting()

    async def _send_waiting(self) -> None:
        event, self.waiting = self.waiting, None
        if event is None or event["revision"] <= self.revision:
            return
        self.revision = event["revision"]
        self.sent_at = time.monotonic()
        await self.send(text_data=event["text"])

    async def _send_board(self, *, unless: int | None = None) -> None:
        board = await database_sync_to_async(board_of)(self.task, live=self.live)
        if board["revision"] != unless and board["revision"] >= self.revision:
            self.revision = board["revision"]
            await self.send(text_data=board_message("board", board))

    async def _task(self) -> Task:
        user = listener(self.scope)
        if user is None:
            raise Http404("nobody")
        self.live = user.is_instructor and parse_qs(self.scope["query_string"]).get(b"projector") != [b"1"]
        slug: str = self.scope["url_route"]["kwargs"]["task"]
        task: Task = await database_sync_to_async(access_task)(user, slug)
        return task
