"""Two hundred students at once, on one site: from a student's answer to the verdict, over HTTP.

A course of 100 pairs of two in a folder of its own, served on the loopback with its worker. First everybody answers
every ten seconds or so, as people who think do: the delay that they feel. Then nobody thinks: what the server can
judge. Every answer is a new wrong one, so that each is judged and written down. The clients run on the same cores.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent))

from answer_http import REPOSITORY, free_port, percentile, wait_for

PAIRS: Final = 100
THINKING_SECONDS: Final = 10.0
KEPT_OPEN_SECONDS: Final = 3.0  # the server hangs up on whoever is silent for five
CARD: Final = "where-is-charlie"
#: Makes the course, its people's tokens and the keys, which stand in for the worker's: the site never looks at where
#: they come from. Prints the tokens.
PREPARE: Final = f"""
import json
import django
django.setup()
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from rest_framework.authtoken.models import Token
from accounts.models import User
from challenges.spec import load_cards
from courses.models import Course, Group, Pair
from grading.models import AnswerKey, GradingJob
from quests.models import Unlock
from quests.services import deal_ahead
call_command("migrate", interactive=False, verbosity=0)
course = Course.objects.create(slug="benchmark", title="Benchmark")
group = Group.objects.create(course=course, name="A1")
card = next(card for card in load_cards() if card.slug == "{CARD}")
quests = [quest for quest in card.quests if quest.kind == "tensor_shape"]
tokens = []
for number in range({PAIRS}):
    pair = Pair.objects.create(course=course, group=group, name=str(number))
    for member in "ab":
        person = User.objects.create(username=f"student{{number}}{{member}}", password=make_password(None))
        pair.members.add(person)
        tokens.append(Token.objects.create(user=person).key)
    for quest in quests:
        deal_ahead(pair=pair, card=card, quest=quest)
        keys = {{"pair": pair, "card": card.slug, "quest": quest.slug}}
        Unlock.objects.create(**keys, extra_attempts=30_000, unlocked_by=person)
for row in AnswerKey.objects.all():
    mistakes = [{{"code": "neighbour_layer", "value": [1, n, 64, 64], "detail": ""}} for n in range(1, 40)]
    row.key = {{"version": 1, "question": row.question, "model_digest": row.model_digest, "truth": [1, 128, 64, 64],
               "mistakes": mistakes, "collides": False, "notes": []}}
    row.save()
GradingJob.objects.all().delete()
print(json.dumps({{"tokens": tokens, "quests": [quest.slug for quest in quests]}}))
"""


@dataclass
class Student:
    """One signed-in student with a connection kept open, as a browser does."""

    token: str
    number: int
    seconds: list[float] = field(default_factory=list)
    refused: int = 0

    async def connect(self, port: int) -> None:
        self.port, self.last = port, time.monotonic()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)

    async def answer(self, quest: str, text: str) -> None:
        body = json.dumps({"answer": text}).encode()
        head = (
            f"POST /api/cards/{CARD}/quests/{quest}/answers/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Token {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        if time.monotonic() - self.last > KEPT_OPEN_SECONDS:
            self.writer.close()
            await self.connect(self.port)
        started = time.perf_counter()
        self.writer.write(head.encode() + body)
        status = (await self.reader.readline()).split()[1]
        length = 0
        while (line := await self.reader.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        await self.reader.readexactly(length)
        self.last = time.monotonic()
        self.seconds.append(time.perf_counter() - started)
        self.refused += status != b"200"

    async def play(self, quests: list[str], until: float, thinking: float, answers: Iterator[str]) -> None:
        chance = random.Random(self.number)
        await asyncio.sleep(chance.random() * thinking)
        while time.monotonic() < until:
            await self.answer(chance.choice(quests), next(answers))
            await asyncio.sleep(chance.expovariate(1 / thinking) if thinking else 0)


def wrong_answers(number: int) -> Iterator[str]:
    """New ones for ever, of a shape that is one of no pair."""
    turn = 0
    while True:
        turn += 1
        yield f"1 x {1000 + number} x {turn} x 7"


async def run(port: int, tokens: list[str], quests: list[str], seconds: float, thinking: float, label: str) -> None:
    students = [Student(token, number) for number, token in enumerate(tokens)]
    await asyncio.gather(*(student.connect(port) for student in students))
    started = time.monotonic()
    until = started + seconds
    names = [wrong_answers(student.number + (1000 if thinking else 0)) for student in students]
    await asyncio.gather(
        *(student.play(quests, until, thinking, one) for student, one in zip(students, names, strict=True))
    )
    spent = time.monotonic() - started
    taken = [value for student in students for value in student.seconds]
    refused = sum(student.refused for student in students)
    median, p95 = percentile(taken, 0.5) * 1000, percentile(taken, 0.95) * 1000
    print(f"{label:<22}{len(taken):>9}{len(taken) / spent:>12.0f}{median:>11.1f}{p95:>9.1f}{refused:>9}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {
            **os.environ,
            "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'platform'}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DLCV_DEMO": "1",
            "DLCV_DATA_DIR": folder,
            "DLCV_ANSWERS_PER_MINUTE": "1000000",  # the throttle would be all that this measures
        }
        prepared = prepare(environment)
        command = [sys.executable, "manage.py", "serve", "--port", str(port)]
        with Path(folder, "serve.log").open("wb") as log:
            site = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
            try:
                wait_for(port, site)
                print(f"{2 * PAIRS} students, {os.cpu_count()} cores (the clients run on them too)")
                print(f"{'':<22}{'answers':>9}{'per second':>12}{'median ms':>11}{'p95 ms':>9}{'refused':>9}")
                thinking = (seconds, THINKING_SECONDS, "thinking ten seconds")
                for length, pause, label in (thinking, (seconds / 2, 0.0, "not thinking")):
                    asyncio.run(run(port, prepared["tokens"], prepared["quests"], length, pause, label))
            finally:
                site.send_signal(signal.SIGTERM)
                site.wait(20)


def prepare(environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-c", PREPARE]
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
