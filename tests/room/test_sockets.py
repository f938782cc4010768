"""The live sockets of the room and of the cards: who gets in, what each hears; nothing is lost or said twice."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from accounts.sockets import NOT_A_MESSAGE, NOT_HERE
from challenges.spec import load_cards
from courses.models import Course, Pair
from quests.signals import card_changed
from room import consumers, events, services
from room.models import GameEvent
from tests.builders import make_course, make_pair, make_person, member_of
from tests.sockets import Socket, cookie_of, token_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
ROOM, GRID, CARDS = "/ws/room/", "/ws/grid/", "/ws/cards/"
CARD = load_cards()[0]
QUEST = CARD.quests[0].slug


@pytest.fixture(autouse=True)
def own_layer(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "PAUSE_SECONDS", 0)


@pytest.fixture
def pair() -> Pair:
    return make_pair(make_course())


@pytest.fixture
def course(pair: Pair) -> Course:
    return pair.course


@sync_to_async
def happens(pair: Pair, what: str = "solved", quest: str = QUEST, **data: Any) -> None:
    """As in the game: in a transaction that ends well."""
    card_changed.send(sender=None, pair=pair, card=CARD.slug, quest=quest, what=what, by=member_of(pair), data=data)


async def happens_unheard(pair: Pair, monkeypatch: pytest.MonkeyPatch, times: int = 1) -> None:
    """Something happens, and its announcement is lost on the way."""
    with monkeypatch.context() as patch:
        patch.setattr(events, "announce", lambda *_, **__: None)
        for _ in range(times):
            await happens(pair)


async def opened(username: str, path: str) -> tuple[Socket, dict[str, Any]]:
    """A socket that is open, and what it said first."""
    socket = Socket(await sync_to_async(token_of)(username), path)
    assert await socket.connect()
    return socket, await socket.hear()


async def closed_with(headers: list[tuple[bytes, bytes]], path: str) -> int:
    socket = Socket(headers, path)
    assert await socket.connect()
    return await socket.close_code()


# --- who gets in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("identify", [token_of, cookie_of])
@pytest.mark.parametrize(("who", "path"), [("prof", ROOM), ("prof", GRID), ("pair1a", CARDS), ("pair1b", CARDS)])
async def test_who_belongs_there_hears_the_whole_state_first(
    pair: Pair, who: str, path: str, identify: Callable[[str], list[tuple[bytes, bytes]]]
) -> None:
    await happens(pair)
    socket = Socket(await sync_to_async(identify)(who), path)
    assert await socket.connect()
    said = await socket.hear()
    assert (said["type"], said["revision"]) == ("state", 1)
    await socket.leave()


@pytest.mark.parametrize("path", [ROOM, GRID])
async def test_a_student_and_an_instructor_without_a_course_are_closed_out_of_the_room(pair: Pair, path: str) -> None:
    await sync_to_async(make_person)("idle", User.Role.INSTRUCTOR)
    for who in ("pair1a", "idle"):
        assert await closed_with(await sync_to_async(token_of)(who), path) == NOT_HERE


async def test_whoever_has_no_pair_is_closed_out_of_the_cards(pair: Pair) -> None:
    await sync_to_async(make_person)("alone")
    for who in ("alone", "prof"):
        assert await closed_with(await sync_to_async(token_of)(who), CARDS) == NOT_HERE


@pytest.mark.parametrize("path", [ROOM, GRID, CARDS])
async def test_nobody_hears_nothing(pair: Pair, path: str) -> None:
    headers = await sync_to_async(token_of)("prof" if path != CARDS else "pair1a")
    await sync_to_async(User.objects.update)(is_active=False)
    for who in ([], [(b"authorization", b"Token nonsense")], headers):
        assert await closed_with(who, path) == NOT_HERE


async def test_an_instructor_hears_of_the_own_course_and_of_no_other(pair: Pair) -> None:
    other = await sync_to_async(lambda: make_pair(make_course("other", instructor="other-prof"), "9"))()
    socket, state = await opened("other-prof", ROOM)
    assert [one["label"]["en"] for one in state["pairs"]] == ["Pair 9"]
    await happens(pair)
    assert await socket.receive_nothing()
    await happens(other)
    assert (await socket.hear())["revision"] == 1
    await socket.leave()


# --- what is heard ---------------------------------------------------------------------------------------------------


async def test_a_member_hears_what_the_other_member_did_and_nothing_of_other_pairs(pair: Pair) -> None:
    other = await sync_to_async(make_pair)(pair.course, "2")
    socket, _ = await opened("pair1b", CARDS)
    await happens(other)
    assert await socket.receive_nothing()
    await happens(pair, "wrong")
    change = {"revision": 2, "card": CARD.slug, "quest": QUEST, "what": "wrong"}
    assert await socket.hear() == {"type": "change", "since": 0, "revision": 2, "changes": [change]}
    await socket.leave()


@pytest.mark.parametrize("what", ["wrong", "hint", "returned", "unlocked"])
async def test_a_wall_never_hears_what_a_pair_got_wrong_or_asked_help_for(pair: Pair, what: str) -> None:
    socket, state = await opened("prof", ROOM)
    await happens(pair, what)
    said = await socket.hear()
    assert said == {"type": "change", "since": 0, "revision": 1, "changes": []}
    assert what not in json.dumps(state)
    await socket.leave()
    socket, state = await opened("prof", ROOM)  # nor in the last events of the next one
    assert state["events"] == []
    assert what not in json.dumps(state)
    await socket.leave()


async def test_the_wall_hears_a_solved_quest_with_its_points(pair: Pair) -> None:
    socket, state = await opened("prof", ROOM)
    await happens(pair, points=8, first=True)
    (change,) = (await socket.hear())["changes"]
    assert change["key"] == state["pairs"][0]["key"]
    assert (change["what"], change["quest"], change["points"], change["first"]) == ("solved", QUEST, 8, True)
    await socket.leave()


async def test_without_names_no_word_of_the_wall_names_anybody(course: Course, pair: Pair) -> None:
    def prepare() -> None:
        User.objects.filter(pairs=pair).update(first_name="Zénobie", last_name="Quatrefages")
        Pair.objects.update(name="Les Inséparables")
        make_pair(course, "Autres Gens", "zoe", "yann")
        ends_at = timezone.now() + timedelta(hours=1)
        services.start_session(course=course, title="TP", ends_at=ends_at, shows_names=False, group=pair.group)

    await sync_to_async(prepare)()
    socket, state = await opened("prof", ROOM)
    await happens(pair)
    said = [state, await socket.hear()]
    assert said[1]["changes"][0]["key"] == next(
        one["key"] for one in state["pairs"] if one["key"] == said[1]["changes"][0]["key"]
    )
    for private in (
        "Zénobie",
        "Quatrefages",
        "Inséparables",
        "Autres",
        "zoe",
        "yann",
        "pair1a",
        "A1",
        f'"pair":{pair.pk}',
    ):
        assert private not in json.dumps(said, ensure_ascii=False)
    assert len({one["label"]["fr"] for one in state["pairs"]}) == 2
    await socket.leave()


async def test_a_session_of_one_group_shows_and_tells_of_that_group_only(course: Course, pair: Pair) -> None:
    def prepare() -> Pair:
        other = make_pair(course, "2")
        Pair.objects.filter(pk=other.pk).update(group=course.groups.create(name="B2"))
        ends_at = timezone.now() + timedelta(hours=1)
        services.start_session(course=course, title="TP", ends_at=ends_at, group=pair.group)
        return other

    other = await sync_to_async(prepare)()
    socket, state = await opened("prof", ROOM)
    assert [one["label"]["fr"] for one in state["pairs"]] == ["Binôme 1"]
    await happens(other)
    assert (await socket.hear())["changes"] == []
    await socket.leave()


async def test_a_session_that_changes_sends_the_wall_its_whole_state_again(course: Course, pair: Pair) -> None:
    socket, state = await opened("prof", ROOM)
    assert state["session"] is None
    ends_at = timezone.now() + timedelta(hours=1)
    session = await sync_to_async(services.start_session)(course=course, title="TP 3", ends_at=ends_at)
    said = await socket.hear()
    assert (said["type"], said["session"]["title"], said["pairs"][0]["label"]["en"]) == ("state", "TP 3", "Pair 1")
    await sync_to_async(services.change_session)(session=session, shows_names=False)
    said = await socket.hear()
    assert said["pairs"][0]["label"]["en"] != "Pair 1"
    assert said["pairs"][0]["members"] == []
    await happens(pair)  # and from then on by the new name
    assert (await socket.hear())["changes"][0]["key"] == said["pairs"][0]["key"]
    await socket.leave()


async def test_a_pair_that_joins_late_brings_the_whole_state(course: Course, pair: Pair) -> None:
    socket, state = await opened("prof", ROOM)
    late = await sync_to_async(make_pair)(course, "2")
    await happens(late)
    said = await socket.hear()
    assert (said["type"], len(said["pairs"]), len(state["pairs"])) == ("state", 2, 1)
    await socket.leave()


async def test_the_grid_hears_that_something_happened_and_not_what(pair: Pair) -> None:
    socket, _ = await opened("prof", GRID)
    await happens(pair, "wrong")
    assert await socket.hear() == {"type": "change", "since": 0, "revision": 1, "changes": []}
    await socket.leave()


# --- nothing lost, nothing twice -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "path"), [("prof", ROOM), ("pair1a", CARDS)])
async def test_an_announcement_that_is_lost_is_read_with_the_next_one(
    pair: Pair, who: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket, _ = await opened(who, path)
    await happens_unheard(pair, monkeypatch, times=2)
    assert await socket.receive_nothing()
    await happens(pair)
    said = await socket.hear()
    assert (said["since"], said["revision"]) == (0, 3)
    assert [one["revision"] for one in said["changes"]] == [1, 2, 3]
    await socket.leave()


@pytest.mark.parametrize(("who", "path"), [("prof", ROOM), ("pair1a", CARDS)])
async def test_announcements_out_of_order_or_twice_are_said_in_order_and_once(
    pair: Pair, who: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket, _ = await opened(who, path)
    await happens_unheard(pair, monkeypatch, times=3)
    rows = {event.revision: event async for event in GameEvent.objects.select_related("pair")}
    for revision in (2, 3, 1, 3, 2):
        await sync_to_async(events.announce)(rows[revision], previous_of_pair=revision - 1)
    # The first that comes shows that one is missing: all three are read then.
    assert [one["revision"] for one in (await socket.hear())["changes"]] == [1, 2, 3]
    assert await socket.receive_nothing()
    await socket.leave()


@pytest.mark.parametrize(("who", "path"), [("prof", ROOM), ("pair1a", CARDS), ("prof", GRID)])
async def test_many_changes_in_a_moment_come_in_one_message_after_the_first(
    pair: Pair, who: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = asyncio.Event()

    async def sleep_until_told(seconds: float) -> None:
        assert 0 < seconds <= consumers.PAUSE_SECONDS
        await pause.wait()

    class Waiting:
        sleep = staticmethod(sleep_until_told)
        create_task = staticmethod(asyncio.create_task)
        Lock = asyncio.Lock

    monkeypatch.setattr(consumers, "asyncio", Waiting)
    monkeypatch.setattr(consumers, "PAUSE_SECONDS", 60)
    socket, _ = await opened(who, path)
    for _ in range(8):
        await happens(pair)
    assert await socket.receive_nothing()
    pause.set()
    said = await socket.hear()
    assert (said["since"], said["revision"], len(said["changes"])) == (0, 8, 0 if path == GRID else 8)
    assert await socket.receive_nothing()
    await socket.leave()


@pytest.mark.parametrize(("who", "path"), [("prof", ROOM), ("pair1a", CARDS)])
async def test_a_client_that_missed_something_asks_and_one_that_did_not_hears_nothing(
    pair: Pair, who: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await happens_unheard(pair, monkeypatch, times=4)
    socket, state = await opened(who, path)
    await socket.say(json.dumps({"since": state["revision"]}))
    assert await socket.receive_nothing()
    await socket.say(json.dumps({"since": 2}))
    said = await socket.hear()
    assert [one["revision"] for one in said["changes"]] == [3, 4]
    for nonsense in (-1, 99, 10**30):
        await socket.say(json.dumps({"since": nonsense}))
        assert (await socket.hear())["type"] == "state"
    await socket.leave()


async def test_a_client_that_is_very_far_behind_gets_the_state(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("room.queries.MOST_CHANGES", 3)
    await happens_unheard(pair, monkeypatch, times=5)
    for who, path in (("prof", ROOM), ("pair1a", CARDS)):
        socket, _ = await opened(who, path)
        await socket.say(json.dumps({"since": 1}))
        assert (await socket.hear())["type"] == "state"
        await socket.leave()


@pytest.mark.parametrize("path", [ROOM, CARDS])
@pytest.mark.parametrize("message", ["", "hello", "[]", '{"since": "3"}', '{"since": true}', "{}", "[" * 900])
async def test_a_message_that_is_not_one_closes_the_socket(pair: Pair, path: str, message: str) -> None:
    socket, _ = await opened("prof" if path == ROOM else "pair1a", path)
    await socket.say(message)
    assert await socket.close_code() == NOT_A_MESSAGE


async def test_a_page_that_was_closed_hears_nothing_more(pair: Pair) -> None:
    socket, _ = await opened("prof", ROOM)
    await socket.leave()
    layer: Any = get_channel_layer()
    assert layer.groups == {}
    await happens(pair)
