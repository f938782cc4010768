"""The live board as a client sees it: who gets in, what it is sent, and in which order."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from pytest_django import Settings

from accounts.models import User
from accounts.sockets import NOT_A_MESSAGE, NOT_HERE
from leaderboard import consumers
from leaderboard.events import board_group, board_message
from leaderboard.models import Board
from submissions.models import Task
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import make_task
from tests.sockets import Socket, cookie_of, token_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
PATH = "/ws/tasks/charlie/leaderboard/"
ROWS = [{"rank": 1, "pair": "1", "score": 0.4}]


@pytest.fixture(autouse=True)
def own_layer(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def task() -> Task:
    course = make_course()
    make_pair(course)
    task = make_task(course)
    Board.objects.create(task=task, revision=3, rows=ROWS)
    return task


async def connected(headers: list[tuple[bytes, bytes]]) -> Socket:
    """An open board that has said what it says first."""
    socket = Socket(headers, PATH)
    assert await socket.connect()
    assert await socket.hear() == {"type": "board", "revision": 3, "rows": ROWS}
    return socket


async def announce(revision: int, *, live: bool = False) -> None:
    text = board_message("change", {"revision": revision, "rows": [{"rank": revision}]})
    event = {"type": "board.changed", "revision": revision, "text": text}
    await get_channel_layer().group_send(board_group("charlie", live=live), event)


async def closed_with(headers: list[tuple[bytes, bytes]], path: str = PATH) -> int:
    socket = Socket(headers, path)
    assert await socket.connect()
    return await socket.close_code()


@pytest.mark.parametrize("who", ["pair1a", "prof"])
@pytest.mark.parametrize("identify", [token_of, cookie_of])
async def test_who_may_see_the_board_gets_the_whole_of_it_first(
    task: Task, who: str, identify: Callable[[str], list[tuple[bytes, bytes]]]
) -> None:
    socket = await connected(await sync_to_async(identify)(who))
    await socket.leave()


async def test_a_stranger_an_anonymous_visitor_and_a_wrong_token_are_closed_out(task: Task) -> None:
    await sync_to_async(make_course)("other", instructor="stranger")
    for headers in (await sync_to_async(token_of)("stranger"), [], [(b"authorization", b"Token nonsense")]):
        assert await closed_with(headers) == NOT_HERE


async def test_a_board_that_does_not_exist_is_like_one_that_is_not_yours(task: Task) -> None:
    headers = await sync_to_async(token_of)("pair1a")
    assert await closed_with(headers, "/ws/tasks/other/leaderboard/") == NOT_HERE


async def test_somebody_who_was_deactivated_is_closed_out(task: Task) -> None:
    headers = await sync_to_async(token_of)("pair1a")
    await sync_to_async(User.objects.update)(is_active=False)
    assert await closed_with(headers) == NOT_HERE


@pytest.mark.parametrize("path", ["/", "/ws/", "/ws/tasks/charlie/", "/ws/tasks/../leaderboard/"])
async def test_an_address_that_is_no_socket_is_refused(path: str) -> None:
    assert not await Socket([], path).connect()


async def test_a_page_of_another_site_cannot_borrow_a_visitors_cookie(task: Task) -> None:
    cookie = await sync_to_async(cookie_of)("pair1a")
    for origin in (b"https://evil.example", b"null", b"http://127.0.0.1.evil.example"):
        assert not await Socket([*cookie, (b"origin", origin)], PATH).connect()
    socket = await connected([*cookie, (b"origin", b"http://127.0.0.1:8000")])
    await socket.leave()


async def test_every_open_board_hears_of_a_change_once(task: Task) -> None:
    headers = await sync_to_async(token_of)("pair1a")
    sockets = [await connected(headers) for _ in range(3)]
    await announce(4)
    for socket in sockets:
        assert (await socket.hear()) == {"type": "change", "revision": 4, "rows": [{"rank": 4}]}
        assert await socket.receive_nothing()
        await socket.leave()


async def test_an_older_change_that_arrives_late_is_not_shown(task: Task) -> None:
    socket = await connected(await sync_to_async(token_of)("pair1a"))
    for revision in (2, 3, 5, 4):
        await announce(revision)
    assert (await socket.hear())["revision"] == 5
    assert await socket.receive_nothing()
    await socket.leave()


async def test_many_changes_in_a_moment_become_the_first_and_the_last(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = asyncio.Event()

    async def sleep_until_told(seconds: float) -> None:
        assert 0 < seconds <= consumers.PAUSE_SECONDS
        await pause.wait()

    class Waiting:
        sleep = staticmethod(sleep_until_told)
        create_task = staticmethod(asyncio.create_task)

    monkeypatch.setattr(consumers, "asyncio", Waiting)
    monkeypatch.setattr(consumers, "PAUSE_SECONDS", 60)
    socket = await connected(await sync_to_async(token_of)("pair1a"))
    for revision in range(4, 12):
        await announce(revision)
    assert (await socket.hear())["revision"] == 4
    assert await socket.receive_nothing()
    pause.set()
    assert (await socket.hear())["revision"] == 11
    assert await socket.receive_nothing()
    await socket.leave()


async def test_a_client_that_missed_something_gets_the_whole_board_again(task: Task) -> None:
    socket = await connected(await sync_to_async(token_of)("pair1a"))
    await socket.say(json.dumps({"since": 3}))
    assert await socket.receive_nothing()  # it is not behind
    await sync_to_async(Board.objects.update)(revision=7)
    await socket.say(json.dumps({"since": 3}))
    assert (await socket.hear()) == {"type": "board", "revision": 7, "rows": ROWS}
    await announce(6)
    assert await socket.receive_nothing()
    await socket.leave()


@pytest.mark.parametrize(
    "message",
    ["", "hello", "[]", '{"since": "3"}', '{"since": true}', "{}", "[" * 900, '{"since": 3' + " " * 2_000 + "}"],
)
async def test_a_message_that_is_not_one_closes_the_socket(task: Task, message: str) -> None:
    socket = await connected(await sync_to_async(token_of)("pair1a"))
    await socket.say(message)
    assert await socket.close_code() == NOT_A_MESSAGE


async def test_bytes_are_not_a_message(task: Task) -> None:
    socket = await connected(await sync_to_async(token_of)("pair1a"))
    await socket.say(data=b"\x80\x04")
    assert await socket.close_code() == NOT_A_MESSAGE


async def test_a_board_that_was_closed_hears_nothing_more(task: Task) -> None:
    socket = await connected(await sync_to_async(token_of)("pair1a"))
    await socket.leave()
    layer: Any = get_channel_layer()
    assert layer.groups == {}
    receivers: list[Awaitable[None]] = [announce(4)]
    await asyncio.gather(*receivers)


async def test_the_owner_of_a_token_is_who_they_are_whatever_their_cookie_says(task: Task) -> None:
    await sync_to_async(make_course)("other", instructor="stranger")
    headers = [*await sync_to_async(cookie_of)("pair1a"), *await sync_to_async(token_of)("stranger")]
    assert await closed_with(headers) == NOT_HERE
    member = await sync_to_async(lambda: member_of(task.course.pairs.get()).username)()
    assert member == "pair1a"


# --- while the board stands still -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "query", "sees"),
    [("pair1a", b"", 3), ("prof", b"", 8), ("prof", b"projector=1", 3), ("pair1a", b"projector=0", 3)],
)
async def test_a_frozen_board_moves_for_instructors_alone_and_not_on_the_wall(
    task: Task, who: str, query: bytes, sees: int
) -> None:
    frozen = {"frozen_rows": ROWS, "frozen_revision": 3, "revision": 8, "rows": [{"rank": 1, "pair": "2"}]}
    await sync_to_async(Board.objects.update)(**frozen)
    socket = Socket(await sync_to_async(token_of)(who), PATH, query)
    assert await socket.connect()
    heard = await socket.hear()
    assert (heard["revision"], heard["rows"]) == (sees, ROWS if sees == 3 else frozen["rows"])
    await announce(9, live=True)
    if sees == 3:
        assert await socket.receive_nothing()
        await socket.say(json.dumps({"since": 2}))
        assert (await socket.hear())["rows"] == ROWS
    else:
        assert (await socket.hear())["revision"] == 9
    await socket.leave()
