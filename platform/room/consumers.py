"""Open pages, told what happens: the whole of it on connect, then one message per change, at most five a second.

``WS /ws/room/`` and ``WS /ws/grid/`` for the course's instructor, ``WS /ws/cards/`` for the members of a pair. A client
may send ``{"since": REVISION}`` and gets what happened after it. Close codes: 4404 for whoever has no business here,
4400 for a message that is not one. What is said: ``room.feeds``.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any, Final

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import Http404

from accounts.models import User
from accounts.sockets import NOT_A_MESSAGE, NOT_HERE, listener, revision_asked_for
from courses.access import require_pair
from room.feeds import CardsFeed, Feed, GridFeed, Message, RoomFeed
from room.queries import room_of

#: At most one message in this time; what happens in between comes together.
PAUSE_SECONDS: Final = 0.2


class FeedConsumer(AsyncWebsocketConsumer):
    """Sends in order of revision, without a gap: what it did not hear itself it reads from the database."""

    async def connect(self) -> None:
        self.feed: Feed | None = None
        self.revision = -1
        self.sent_at = 0.0
        self.heard: list[dict[str, Any]] = []
        self.later: asyncio.Task[None] | None = None
        self.speaking = asyncio.Lock()
        # Accepted first: a browser only learns a close code on an open socket, and then knows not to try again.
        await self.accept()
        try:
            feed = await database_sync_to_async(self.open)(listener(self.scope))
        except Http404:
            await self.close(code=NOT_HERE)
            return
        self.feed = feed
        await self.channel_layer.group_add(feed.group, self.channel_name)
        async with self.speaking:
            await self._say(await database_sync_to_async(feed.state)())

    def open(self, user: User | None) -> Feed:
        """What this person may hear here; Http404 otherwise."""
        raise NotImplementedError

    async def disconnect(self, code: int) -> None:
        if self.later is not None:
            self.later.cancel()
        if self.feed is not None:
            await self.channel_layer.group_discard(self.feed.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.feed is None:
            return
        since = revision_asked_for(text_data)
        if since is None:
            await self.close(code=NOT_A_MESSAGE)
            return
        async with self.speaking:
            await self._say(await database_sync_to_async(self.feed.since)(since))

    async def game_changed(self, event: dict[str, Any]) -> None:
        """From ``room.events``: say it, now or after the pause."""
        if event["revision"] <= self.revision:
            return
        self.heard.append(event)
        pause = self.sent_at + PAUSE_SECONDS - time.monotonic()
        if self.later is None:
            if pause <= 0:
                await self._say_what_was_heard()
            else:
                self.later = asyncio.create_task(self._say_after(pause))

    async def _say_after(self, pause: float) -> None:
        await asyncio.sleep(pause)
        self.later = None
        await self._say_what_was_heard()

    async def _say_what_was_heard(self) -> None:
        async with self.speaking:
            heard, self.heard = self.heard, []
            news = [event for event in heard if event["revision"] > self.revision]
            if self.feed is None or not news:
                return
            said = self.feed.wrap(self.revision, changes) if (changes := gapless(self.revision, news)) else None
            await self._say(said or await database_sync_to_async(self.feed.since)(self.revision))

    async def _say(self, message: Message | None) -> None:
        if message is None:
            return
        self.revision = max(self.revision, message["revision"])
        self.sent_at = time.monotonic()
        await self.send(text_data=json.dumps(message, separators=(",", ":")))


class RoomConsumer(FeedConsumer):
    def open(self, user: User | None) -> Feed:
        return RoomFeed(room_of(user))


class GridConsumer(FeedConsumer):
    def open(self, user: User | None) -> Feed:
        return GridFeed(room_of(user))


class CardsConsumer(FeedConsumer):
    def open(self, user: User | None) -> Feed:
        if user is None:
            raise Http404("nobody")
        return CardsFeed(require_pair(user))


def gapless(revision: int, events: Sequence[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """The changes of these events in their order, each once; None when one between them was not heard."""
    changes = []
    for event in sorted(events, key=lambda event: int(event["revision"])):
        if event["revision"] == revision:
            continue
        if event["previous"] > revision:
            return None
        changes.append(event["change"])
        revision = event["revision"]
    return changes
