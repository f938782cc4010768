"""A body that is read while it arrives: by a view in its thread, from a connection that may end at any time."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from config import live_bodies
from config.body_guard import BodyGuard, limits
from config.live_bodies import LiveBody, SenderGone

BLOCK = live_bodies.BLOCK_BYTES


def piece(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


GONE = {"type": "http.disconnect"}


def read(messages: list[dict[str, Any]], view: Callable[[LiveBody], Any]) -> tuple[Any, int]:
    """What the view made of a connection that says this; and how many messages nobody asked for."""

    async def serve() -> Any:
        async def receive() -> dict[str, Any]:
            if not messages:
                await asyncio.Event().wait()
            return messages.pop(0)

        body = LiveBody(receive)
        found = await asyncio.to_thread(view, body)
        body.close()
        return found

    return asyncio.run(serve()), len(messages)


def test_all_of_it_arrives_in_order_however_it_was_cut() -> None:
    data = bytes(range(256)) * 5_000
    cuts = [piece(data[start : start + 65_536]) for start in range(0, len(data), 65_536)]
    found, _ = read([*cuts, piece(b"", more=False)], lambda body: body.read())
    assert found == data


def test_a_view_asks_for_as_much_as_it_wants_and_gets_no_more() -> None:
    def view(body: LiveBody) -> list[bytes]:
        return [body.read(3), body.read(100), body.read(100), body.read(100), body.read(100)]

    found, _ = read([piece(b"abcde"), piece(b""), piece(b"fg", more=False)], view)
    assert found == [b"abc", b"defg", b"", b"", b""]


def test_what_the_view_does_not_ask_for_stays_in_the_connection() -> None:
    _, left = read([piece(b"a" * BLOCK)] * 10, lambda body: body.read(10))
    assert left == 9


def test_of_a_body_that_breaks_off_what_came_is_read_and_then_it_is_said() -> None:
    def view(body: LiveBody) -> bytes:
        found = body.read(100)
        for _ in range(2):
            with pytest.raises(SenderGone):
                body.read(100)
        return found

    found, _ = read([piece(b"half"), GONE], view)
    assert found == b"half"


def test_a_sender_who_falls_silent_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_bodies, "SILENCE_SECONDS", 0.05)

    def view(body: LiveBody) -> bool:
        for _ in range(2):
            with pytest.raises(SenderGone):
                body.read(100)
        return True

    assert read([piece(b"a")], view)[0]


def test_django_hears_that_the_client_went_only_once_the_body_has_ended() -> None:
    messages = [piece(b"a"), piece(b"b", more=False), GONE]

    async def serve() -> list[bool]:
        async def receive() -> dict[str, Any]:
            return messages.pop(0)

        body = LiveBody(receive)
        heard = asyncio.create_task(body())
        await asyncio.sleep(0)
        before = heard.done()
        assert await asyncio.to_thread(body.read) == b"ab"
        assert (await heard)["type"] == "http.disconnect"
        return [before, heard.done()]

    assert asyncio.run(serve()) == [False, True]


def test_the_moment_a_request_began_is_known_to_its_view() -> None:
    seen: list[Any] = []

    async def site(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["begun_at"])

    scope = {"type": "http", "method": "POST", "path": "/capsule/hand-in/", "headers": []}
    asyncio.run(BodyGuard(site, limits(10, 10))(scope, None, None))
    assert abs(timezone.now() - seen[0]) < timedelta(minutes=1)
