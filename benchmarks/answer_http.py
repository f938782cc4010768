"""From a student's click to the verdict: p95 and answers per second, on a running site, over HTTP.

Builds the demo in a folder of its own, serves it on the loopback, and lets the 16 students answer at once, through the API.
Wrong answers, each one new, so that every one is judged and written down.

    .venv/bin/python benchmarks/answer_http.py [--seconds 10]
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
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
STUDENTS = [f"pair{number}{member}" for number in range(1, 9) for member in "ab"]
CARD = "where-is-charlie"


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

    def call(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, str]:
        self.connection.request(method, path, json.dumps(body) if body else None, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return dict(json.loads(content))

    def play(self, quests: list[str], until: float, number: int) -> None:
        turn = 0
        while time.monotonic() < until:
            path = f"/api/cards/{CARD}/quests/{quests[turn % len(quests)]}/"
            self.page_seconds.append(timed(lambda: self.call("GET", path)))
            answer = {"answer": str(10_000_000 + number * 100_000 + turn)}
            self.answer_seconds.append(timed(lambda: self.call("POST", f"{path}answers/", answer)))
            turn += 1


def timed(action: object) -> float:
    started = time.perf_counter()
    action()  # type: ignore[operator]
    return time.perf_counter() - started


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def number_quests(student: Student) -> list[str]:
    """Quests that read a number and do not limit the attempts: a benchmark answers wrongly, for ever."""
    card = student.call("GET", f"/api/cards/{CARD}/")
    return [
        quest["quest"]  # type: ignore[index]
        for quest in card["quests"]
        if quest["kind"] != "tensor_shape" and quest["attempts_left"] is None and quest["state"] == "open"  # type: ignore[index]
    ]


def run(port: int, seconds: float) -> None:
    students = [Student(port, name) for name in STUDENTS]
    quests = number_quests(students[-1])
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=student.play, args=(quests, until, number)) for number, student in enumerate(students)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pages = [value for student in students for value in student.page_seconds]
    answers = [value for student in students for value in student.answer_seconds]
    print(f"{len(students)} students at once, {seconds:.0f} s, {os.cpu_count()} cores (the clients run on them too)")
    print(f"{'':18} {'per second':>11} {'median ms':>10} {'p95 ms':>8}")
    for name, values in (("quest page (JSON)", pages), ("answer to verdict", answers)):
        median, p95 = percentile(values, 0.5) * 1000, percentile(values, 0.95) * 1000
        print(f"{name:18} {len(values) / seconds:11.0f} {median:10.1f} {p95:8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        # The throttle that protects a classroom from a script would be all that this measures.
        environment = {**os.environ, "DLCV_DEMO": "1", "DLCV_DATA_DIR": folder, "DLCV_ANSWERS_PER_MINUTE": "1000000"}
        command = [sys.executable, "manage.py", "demo", "--port", str(port)]
        log = Path(folder, "serve.log").open("wb")
        site = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
        try:
            wait_for(port, site)
            run(port, seconds)
        finally:
            site.send_signal(signal.SIGTERM)
            site.wait(20)
            log.close()


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
