"""From a student's click to the verdict: p95 and answers per second, on a running site, over HTTP.

Builds the demo in a folder of its own, serves it on the loopback, and lets the 16 students answer at once, through
the API. Wrong answers, each one new, so that every one is judged and written down.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
STUDENTS = [f"pair{number}{member}" for number in range(1, 9) for member in "ab"]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Student:
    """One signed-in student with a connection kept open, as a browser does."""

    def __init__(self, port: int, username: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Content-Type": "application/json"}
        token = self.call("POST", "/api/token/", {"username": username, "password": "demo"})["token"]
        self.headers["Authorization"] = f"Token {token}"
        self.page_seconds: list[float] = []
        self.answer_seconds: list[float] = []

    def call(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        self.connection.request(method, path, json.dumps(body) if body else None, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return json.loads(content)

    def play(self, quests: list[tuple[str, int]], until: float, number: int) -> None:
        """Wrong answers, each a new one, as long as attempts are left; a team-mate does the same."""
        for path, attempts in quests:
            for turn in range(attempts // 2):
                if time.monotonic() > until:
                    return
                answer = {"answer": str(10_000_000 + number * 100_000 + turn)}
                self.page_seconds.append(timed(partial(self.call, "GET", path)))
                self.answer_seconds.append(timed(partial(self.call, "POST", f"{path}answers/", answer)))


def timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def open_quests(student: Student) -> list[tuple[str, int]]:
    """What this student may still answer: the quest's address, and how many attempts the pair has left."""
    return [
        (f"/api/cards/{card['card']}/quests/{quest['quest']}/", quest["attempts_left"])
        for card in student.call("GET", "/api/cards/")
        for quest in card["quests"]
        if quest["state"] == "open" and quest["kind"] != "tensor_shape"
    ]


def run(port: int, seconds: float) -> None:
    students = [Student(port, name) for name in STUDENTS]
    started = time.monotonic()
    threads = [
        threading.Thread(target=student.play, args=(open_quests(student), started + seconds, number))
        for number, student in enumerate(students)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.monotonic() - started
    pages = [value for student in students for value in student.page_seconds]
    answers = [value for student in students for value in student.answer_seconds]
    print(f"{len(students)} students at once for {spent:.1f} s, {os.cpu_count()} cores (the clients run on them too)")
    print(f"{'':18} {'requests':>9} {'per second':>11} {'median ms':>10} {'p95 ms':>8}")
    for name, values in (("quest page (JSON)", pages), ("answer to verdict", answers)):
        median, p95 = percentile(values, 0.5) * 1000, percentile(values, 0.95) * 1000
        print(f"{name:18} {len(values):9} {len(values) / spent:11.0f} {median:10.1f} {p95:8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        # The throttle that protects a classroom from a script would be all that this measures.
        environment = {**os.environ, "DLCV_DEMO": "1", "DLCV_DATA_DIR": folder, "DLCV_ANSWERS_PER_MINUTE": "1000000"}
        command = [sys.executable, "manage.py", "demo", "--port", str(port)]
        with Path(folder, "serve.log").open("wb") as log:
            site = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
            try:
                wait_for(port, site)
                run(port, seconds)
            finally:
                site.send_signal(signal.SIGTERM)
                site.wait(20)


def wait_for(port: int, site: subprocess.Popen[bytes]) -> None:
    while site.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the site did not start")


if __name__ == "__main__":
    main()
