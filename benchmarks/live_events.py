"""From a committed event to the browsers: p50 and p95 over 300 open sockets on one web process.

A site in a folder of its own, a hundred pairs of three. The events are written by another process, as a worker's are,
and stamped at their commit. Two rooms: one where all 300 sockets watch the wall, so that every event goes to each of
them; and one where each of the 300 students listens for the own pair. The listeners run on the same cores.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

REPOSITORY = Path(__file__).resolve().parent.parent
PAIRS, MEMBERS = 100, 3

PREPARE = """
import django
django.setup()
from django.contrib.auth.hashers import make_password
from rest_framework.authtoken.models import Token
from accounts.models import User
from courses.models import Course, Group, Pair
course = Course.objects.create(slug="bench", title="Bench")
group = Group.objects.create(course=course, name="A1")
prof = User.objects.create(username="prof", role="instructor", password=make_password(None))
course.instructors.add(prof)
print(Token.objects.create(user=prof).key)
for number in range({pairs}):
    pair = Pair.objects.create(course=course, group=group, name=str(number))
    for member in range({members}):
        student = User.objects.create(username=f"s{{number}}-{{member}}", password=make_password(None))
        pair.members.add(student)
        print(Token.objects.create(user=student).key)
"""

WRITE = """
import sys, time
import django
django.setup()
from django.db import transaction
from challenges.spec import load_cards
from courses.models import Pair
from room.services import record
card = load_cards()[0]
pairs = list(Pair.objects.select_related("course"))
for number in range(int(sys.argv[1])):
    with transaction.atomic():
        transaction.on_commit(lambda: print("commit", time.monotonic(), flush=True))
        pair = pairs[number * 7 % len(pairs)]
        event = record(course=pair.course, what="solved", pair=pair, card=card.slug, quest=card.quests[0].slug,
                       data={"points": 8})
        print("revision", event.revision, flush=True)
    time.sleep(float(sys.argv[2]))
"""


def environment(folder: str) -> dict[str, str]:
    return {
        **os.environ,
        "DLCV_DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'platform'}",
    }


def run(folder: str, *arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment(folder), capture_output=True, text=True, check=True)
    return done.stdout


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def serving(folder: str, port: int) -> Any:
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "error"]
    with subprocess.Popen(command, cwd=REPOSITORY, env=environment(folder)) as site:
        try:
            for _ in range(240):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.25)
            yield
        finally:
            site.send_signal(signal.SIGTERM)
            site.wait(20)


async def listen(url: str, token: str, heard: list[tuple[int, float]], ready: asyncio.Event) -> None:
    async with connect(url, additional_headers={"Authorization": f"Token {token}"}, open_timeout=60) as browser:
        await browser.recv()  # the state
        ready.set()
        async for message in browser:
            now = time.monotonic()
            heard += [(change["revision"], now) for change in json.loads(message)["changes"]]


async def measure(folder: str, url: str, tokens: list[str], events: int, pause: float) -> tuple[list[float], int]:
    """Seconds from each commit to each socket that heard of it, and how many heard."""
    heard: list[tuple[int, float]] = []
    ready = [asyncio.Event() for _ in tokens]
    listeners = [asyncio.create_task(listen(url, token, heard, one)) for token, one in zip(tokens, ready, strict=True)]
    await asyncio.gather(*(one.wait() for one in ready))
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITE, str(events), str(pause), env=environment(folder), cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await writer.communicate()
    await asyncio.sleep(2)
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    lines = [line.split() for line in said.decode().splitlines()]
    revisions = [int(value) for kind, value in lines if kind == "revision"]
    commits = [float(value) for kind, value in lines if kind == "commit"]
    at = dict(zip(revisions, commits, strict=True))
    return [now - at[revision] for revision, now in heard], len(heard)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=40)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two events")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(folder, "manage.py", "migrate", "-v0")
        prof, *students = run(folder, "-c", PREPARE.format(pairs=PAIRS, members=MEMBERS)).split()
        port = free_port()
        print(f"{os.cpu_count()} cores, {len(students)} sockets, {chosen.events} events, {chosen.pause} s apart")
        print(f"{'':36} {'heard':>7} {'expected':>9} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}")
        with serving(folder, port):
            rooms = (
                ("every socket hears every event", "room", [prof] * len(students), len(students)),
                ("each student hears the own pair", "cards", students, MEMBERS),
            )
            for name, path, tokens, each in rooms:
                url = f"ws://127.0.0.1:{port}/ws/{path}/"
                late, heard = asyncio.run(measure(folder, url, tokens, chosen.events, chosen.pause))
                figures = [1000 * value for value in (percentile(late, 0.5), percentile(late, 0.95), max(late))]
                print(f"{name:36} {heard:7} {each * chosen.events:9}" + "".join(f" {value:8.1f}" for value in figures))


if __name__ == "__main__":
    main()
