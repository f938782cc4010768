"""Live events between the local processes: delivered when somebody listens, never in the way when nobody does."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from config.live import LONGEST_LINE, LONGEST_PATH, EmbeddedChannelLayer, socket_address

REPOSITORY = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.asyncio
EVENT = {"type": "board.changed", "revision": 4, "text": "é"}

#: Another process that sends one event and says nothing.
SENDER = """
import sys
from asgiref.sync import async_to_sync
from config.live import EmbeddedChannelLayer
layer = EmbeddedChannelLayer(sys.argv[1])
for revision in (4, 5):
    async_to_sync(layer.group_send)("boards", {"type": "board.changed", "revision": revision, "text": "é"})
"""


@pytest_asyncio.fixture
async def layer(tmp_path: Path) -> AsyncIterator[EmbeddedChannelLayer]:
    """The web process's layer, with one listener called ``ear``."""
    layer = EmbeddedChannelLayer(str(tmp_path / "live.sock"))
    await layer.serve()
    await layer.group_add("boards", "ear")
    yield layer
    await layer.close()


async def heard(layer: EmbeddedChannelLayer) -> dict[str, Any]:
    message: dict[str, Any] = await asyncio.wait_for(layer.receive("ear"), 20)
    return message


async def write(layer: EmbeddedChannelLayer, data: bytes) -> None:
    _, writer = await asyncio.open_unix_connection(layer.path)
    writer.write(data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def test_an_event_of_another_process_reaches_the_listeners_of_this_one(layer: EmbeddedChannelLayer) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'platform'}"}
    sender = await asyncio.create_subprocess_exec(sys.executable, "-c", SENDER, str(layer.path), env=environment)
    assert await heard(layer) == EVENT
    assert (await heard(layer))["revision"] == 5
    assert await sender.wait() == 0


async def test_an_event_of_the_web_process_itself_is_delivered_once(layer: EmbeddedChannelLayer) -> None:
    await layer.group_send("boards", EVENT)
    assert await heard(layer) == EVENT
    assert not layer.channels


async def test_without_a_web_process_an_event_is_lost_without_a_word(tmp_path: Path) -> None:
    await EmbeddedChannelLayer(str(tmp_path / "nobody.sock")).group_send("boards", EVENT)


async def test_a_sender_finds_the_web_process_again_after_its_restart(layer: EmbeddedChannelLayer) -> None:
    sender = EmbeddedChannelLayer(str(layer.path))
    await sender.group_send("boards", EVENT)
    assert await heard(layer) == EVENT
    await layer.close()
    again = EmbeddedChannelLayer(str(layer.path))
    await again.serve()
    await again.group_add("boards", "ear")
    for _ in range(2):  # the first may still go down the old connection
        await sender.group_send("boards", EVENT)
    assert await heard(again) == EVENT
    await again.close()
    await sender.close()


async def test_a_socket_that_a_crash_left_behind_does_not_stop_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "live.sock"
    path.touch()
    layer = EmbeddedChannelLayer(str(path))
    await layer.serve()
    assert path.is_socket()
    assert path.stat().st_mode & 0o077 == 0  # nobody else on the machine may write to it
    await layer.close()
    assert not path.exists()


@pytest.mark.parametrize(
    "line",
    [
        b"hello\n",
        b"[]\n",
        b'["boards"]\n',
        b'["boards", 3]\n',
        b'["boards", {"no": "type"}]\n',
        b'["a bad group name", {"type": "x"}]\n',
        b"\xff\xfe\n",
        b'"boards"\n',
    ],
)
async def test_a_line_that_is_no_event_is_dropped_and_the_next_one_is_heard(
    layer: EmbeddedChannelLayer, line: bytes
) -> None:
    await write(layer, line + json.dumps(["boards", EVENT]).encode() + b"\n")
    assert await heard(layer) == EVENT
    assert not layer.channels


async def test_a_line_without_end_is_cut_and_others_are_still_heard(layer: EmbeddedChannelLayer) -> None:
    with contextlib.suppress(ConnectionError):  # the sender learns it, or was done before
        await write(layer, b"x" * (LONGEST_LINE * 3))
    await write(layer, json.dumps(["boards", EVENT]).encode() + b"\n")
    assert await heard(layer) == EVENT


async def test_a_path_too_long_for_a_socket_has_a_short_stand_in_of_our_own(tmp_path: Path) -> None:
    long = tmp_path / ("a" * 120) / "live.sock"
    layer = EmbeddedChannelLayer(str(long))
    await layer.serve()
    address = socket_address(long)
    assert len(str(address)) <= LONGEST_PATH
    assert address.parent.stat().st_mode & 0o777 == 0o700
    await layer.group_add("boards", "ear")
    sender = EmbeddedChannelLayer(str(long))
    await sender.group_send("boards", EVENT)
    assert await heard(layer) == EVENT
    await sender.close()
    await layer.close()
    address.parent.chmod(0o755)  # as if somebody else had made it first
    with pytest.raises(PermissionError):
        socket_address(long)
    await EmbeddedChannelLayer(str(long)).group_send("boards", EVENT)  # and nobody fails for it
    address.parent.rmdir()


async def test_a_thousand_listeners_do_not_cost_a_thousand_sweeps(
    layer: EmbeddedChannelLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr("config.live.time.monotonic", lambda: now[0])
    sweeps = []
    monkeypatch.setattr("channels.layers.InMemoryChannelLayer._clean_expired", lambda self: sweeps.append(now[0]))
    for _ in range(1_000):
        layer._clean_expired()
    now[0] += 6
    layer._clean_expired()
    assert sweeps == [1_000.0, 1_006.0]


async def test_a_worker_that_writes_from_a_plain_thread_is_heard(layer: EmbeddedChannelLayer) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'platform'}"}
    in_a_thread = f"import threading\nthread = threading.Thread(target=exec, args=({SENDER!r}, {{}}))\n"
    program = in_a_thread + "thread.start()\nthread.join()\n"
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program, str(layer.path)], env=environment, check=False
    )
    assert done.returncode == 0
    assert await heard(layer) == EVENT
