"""The front door: bodies of a bounded size, sockets, and a start that a broken socket cannot stop."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from config import asgi
from config.body_guard import FRAME_BYTES, SMALL_BYTES, BodyGuard, limits
from courses.arrivals import RESERVE_BYTES
from tests.hand_in import folders

__all__ = ["folders"]
pytestmark = pytest.mark.usefixtures("folders")

LIMIT = 10_000
SUBMIT = "/api/tasks/charlie/submissions/"


class Site:
    """Stands where Django stands: reads the whole body, then answers; or gives up when the client is gone."""

    def __init__(self) -> None:
        self.read: bytes | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            if not message.get("more_body"):
                break
        self.read = body
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def ask(
    site: Site,
    path: str,
    chunks: Iterable[bytes],
    length: bytes | None = None,
    more: Iterable[tuple[bytes, bytes]] = (),
) -> tuple[int, bytes, int]:
    """Status, body, and how many of the chunks were taken."""
    queue: list[dict[str, Any]] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    queue.append({"type": "http.request", "body": b"", "more_body": False})
    total = len(queue)
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return queue.pop(0) if queue else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(dict(message))

    headers = [*more, *([] if length is None else [(b"content-length", length)])]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    asyncio.run(BodyGuard(site, limits(LIMIT, LIMIT))(scope, receive, send))
    assert [message["type"] for message in said] == ["http.response.start", "http.response.body"]
    return said[0]["status"], said[1]["body"], total - len(queue)


def test_a_body_within_its_limit_passes_untouched() -> None:
    site = Site()
    assert ask(site, SUBMIT, [b"a" * LIMIT, b"b"], str(LIMIT + 1).encode())[0] == 200
    assert site.read == b"a" * LIMIT + b"b"


@pytest.mark.parametrize("length", [None, b"nonsense", b"-1", b"5"])
def test_a_body_that_grows_past_its_limit_never_reaches_the_site(length: bytes | None) -> None:
    site = Site()
    status, body, taken = ask(site, SUBMIT, [b"a" * LIMIT] * 2_000, length)
    assert status == 413
    assert set(json.loads(body)["reason"]) == {"en", "fr"}
    assert site.read is None
    assert taken < 300  # what is not polite is not read to its end either


def test_an_announced_size_over_the_limit_is_refused_without_asking_the_site() -> None:
    site = Site()
    status, body, taken = ask(site, SUBMIT, [b"a" * LIMIT] * 2_000, str(10**9).encode())
    assert status == 413
    assert b"advice" in body
    assert site.read is None
    assert taken < 300


def test_a_polite_client_of_a_file_slightly_too_large_is_heard_out_and_answered() -> None:
    chunks = [b"a" * 1_000] * (LIMIT // 1_000 + FRAME_BYTES // 1_000 + 2)
    status, _, taken = ask(Site(), SUBMIT, chunks, str(len(chunks) * 1_000).encode())
    assert (status, taken) == (413, len(chunks) + 1)


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        (SUBMIT, LIMIT + FRAME_BYTES),
        ("/tasks/charlie/hand-in/", LIMIT + FRAME_BYTES),
        ("/teach/weights/", LIMIT + FRAME_BYTES),
        ("/tasks/charlie/", SMALL_BYTES),
        ("/uploads/5e5e", LIMIT),
        ("/uploads/", LIMIT),
        ("/api/token/", SMALL_BYTES),
        ("/cards/bingo-de-yolo/quests/x/answer/", SMALL_BYTES),
        ("/api/tasks/a/b/submissions/", SMALL_BYTES),
        (SUBMIT + "x", SMALL_BYTES),
    ],
)
def test_each_address_takes_what_it_has_a_use_for(path: str, limit: int) -> None:
    assert ask(Site(), path, [b"a" * limit])[0] == 200
    assert ask(Site(), path, [b"a" * limit, b"a"])[0] == 413


def test_a_page_says_it_in_plain_words() -> None:
    _, body, _ = ask(Site(), "/tasks/charlie/hand-in/", [], str(10**9).encode())
    assert "dépasse" in body.decode()


@pytest.mark.parametrize("path", ["/teach/rubric/bring/", "/teach/people/"])
def test_only_who_sends_weights_is_told_about_weights(path: str) -> None:
    _, body, _ = ask(Site(), path, [], str(10**9).encode())
    assert "dépasse" in body.decode()
    assert "weights" not in body.decode()


def test_a_script_of_a_page_reads_json_there_too() -> None:
    accepts = [(b"accept", b"application/json")]
    _, body, _ = ask(Site(), "/tasks/charlie/hand-in/", [], str(10**9).encode(), accepts)
    assert json.loads(body)["code"] == "too_large"


@pytest.mark.parametrize("path", [SUBMIT, "/tasks/charlie/hand-in/", "/teach/weights/", "/uploads/5e5e"])
def test_a_file_is_refused_before_it_is_spooled_when_the_disk_is_full(
    path: str, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=RESERVE_BYTES + 999))
    for length in (b"1000", b"9999"):
        site = Site()
        status, body, _ = ask(site, path, [b"a" * int(length)], length)
        assert (status, site.read) == (507, None)
        assert "plus de place" in body.decode()
    assert ask(Site(), path, [b"a" * 999], b"999")[0] == 200
    assert ask(Site(), "/api/token/", [b"a" * 2000], b"2000")[0] == 200  # what stays in memory is let through


def test_the_site_starts_without_live_events_when_their_socket_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def serve(self) -> None:
            raise OSError("read-only")

        async def close(self) -> None:
            return None

    monkeypatch.setattr(asgi, "get_channel_layer", Broken)
    monkeypatch.setattr(asgi, "make_folders", lambda: None)

    async def start_and_stop() -> list[str]:
        server = ApplicationCommunicator(asgi.application, {"type": "lifespan"})
        await server.send_input({"type": "lifespan.startup"})
        started = await server.receive_output()
        await server.send_input({"type": "lifespan.shutdown"})
        return [started["type"], (await server.receive_output())["type"]]

    assert asyncio.run(start_and_stop()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert "socket cannot be made" in caplog.text


def test_the_site_says_that_it_is_up() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert Client().post("/healthz").status_code == 405
