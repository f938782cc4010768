"""No request body larger than its address has a use for.

The size is guarded in front of Django, which reads bodies before any view or sign-in check runs: an announced size is
refused before a byte is read, one that is not announced (chunked) as soon as it is passed. The room on the disk is
looked at here too, before anything is written.
"""

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.utils import timezone

from accounts.errors import Refusal
from courses.arrivals import disk_is_full, is_disk_full
from quests.hand_in_refusals import form_too_large
from quests.hand_in_uploads import most_bytes
from submissions.refusals import too_large
from uploads import refusals as uploads
from uploads.folders import require_room

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

#: Forms, answers, JSON, a roster.
SMALL_BYTES: Final = 2 * 2**20
#: What multipart adds around a file.
FRAME_BYTES: Final = 64 * 2**10
#: What a course's zip holds around its checkpoint: cards and pictures.
BUNDLE_BYTES: Final = 64 * 2**20

CHECKPOINTS: Final = re.compile(r"/(?:api/)?tasks/|/teach/(?:weights|course)/")
#: What is handed in for a quest: its kind says how large each part may be.
HAND_IN: Final = re.compile(r"(?:/api)?/cards/(?P<card>[^/]+)/quests/(?P<quest>[^/]+)/hand-ins?/")


def limits(checkpoint_bytes: int, upload_bytes: int) -> Callable[[str], int]:
    """Which addresses take how many bytes; every other one takes SMALL_BYTES."""
    table = {
        re.compile(r"/api/tasks/[^/]+/submissions/"): checkpoint_bytes + FRAME_BYTES,
        re.compile(r"/tasks/[^/]+/hand-in/"): checkpoint_bytes + FRAME_BYTES,
        re.compile(r"/teach/weights/"): checkpoint_bytes + FRAME_BYTES,
        re.compile(r"/teach/course/"): checkpoint_bytes + BUNDLE_BYTES,
        re.compile(r"/uploads/(?:[^/]+/?)?"): upload_bytes,
        re.compile(r"/clips/new/|/api/clips/"): upload_bytes + FRAME_BYTES,
        re.compile(r"/capsule/hand-in/|/api/capsule/"): upload_bytes + FRAME_BYTES,
    }

    def limit_of(path: str) -> int:
        if found := HAND_IN.fullmatch(path):
            return max(SMALL_BYTES, most_bytes(found["card"], found["quest"]) + FRAME_BYTES)
        return next((size for pattern, size in table.items() if pattern.fullmatch(path)), SMALL_BYTES)

    return limit_of


class BodyGuard:
    """Answers 413 in Django's place, and 507 when the disk is full. What a polite client was already sending is read
    and thrown away, up to about as much again, so that it gets to read the answer instead of a broken connection."""

    def __init__(self, application: Application, limit_of: Callable[[str], int]) -> None:
        self.application = application
        self.limit_of = limit_of

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        scope["begun_at"] = timezone.now()  # a view that reads a form would only know when it has ended
        limit = self.limit_of(scope["path"])
        refusal = _refusal_before_reading(scope, limit)
        if refusal is not None:
            await _refuse(scope, receive, send, limit, refusal)
            return
        counted = _Counted(receive, send, limit)
        try:
            await self.application(scope, counted.receive, counted.send)
        except OSError as error:  # the body could not be kept while it arrived
            if counted.answered or not is_disk_full(error):
                raise
            await _refuse(scope, receive, send, limit, disk_is_full())
            return
        if counted.is_over and not counted.answered:
            await _refuse(scope, receive, send, limit, _too_large(scope, limit))


class _Counted:
    """The channels of one request. Past the limit Django is told that the client has gone, and stops."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._left = limit
        self.answered = False

    @property
    def is_over(self) -> bool:
        return self._left < 0

    async def receive(self) -> Message:
        if self.is_over:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self.is_over:
                return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        self.answered = True
        await self._send(message)


def _refusal_before_reading(scope: Any, limit: int) -> Refusal | None:
    """Too large by its own word, or more than the disk may take; small bodies stay in memory."""
    announced = _announced(scope)
    if announced > limit:
        return _too_large(scope, limit)
    if limit == SMALL_BYTES or scope["method"] not in ("POST", "PATCH"):
        return None
    try:
        require_room(announced)
    except Refusal as refusal:
        return refusal
    return None


def _too_large(scope: Any, limit: int) -> Refusal:
    if HAND_IN.fullmatch(scope["path"]):
        return form_too_large(limit)
    return too_large(limit) if CHECKPOINTS.match(scope["path"]) else uploads.too_large(limit)


def _announced(scope: Any) -> int:
    length = _header(scope, b"content-length")
    return int(length) if length.isdigit() and len(length) < 20 else 0


def _header(scope: Any, name: bytes) -> bytes:
    return bytes(dict(scope["headers"]).get(name, b""))


async def _refuse(scope: Any, receive: Receive, send: Send, limit: int, refusal: Refusal) -> None:
    await _drain(receive, limit)
    if scope["path"].startswith(("/api/", "/uploads/")) or b"application/json" in _header(scope, b"accept"):
        kind = b"application/json"
        said = {"code": refusal.code, "reason": refusal.reason, "advice": refusal.advice}
        body = json.dumps(said, ensure_ascii=False).encode()
    else:
        kind = b"text/plain; charset=utf-8"
        body = "\n".join([*refusal.reason.values(), *refusal.advice.values()]).encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _drain(receive: Receive, limit: int) -> None:
    left = limit + SMALL_BYTES
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return
