"""The demo, built and served as a visitor's `make demo` does it, and real browsers in front of it."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests import chromium

REPOSITORY = Path(__file__).resolve().parents[2]
PASSWORD = "demo"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
START_SECONDS = 90


@dataclass(frozen=True)
class Demo:
    """A running demo: its address, its folder, its supervisor."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Read the database beside the running site."""
        with sqlite3.connect(f"file:{self.data / 'db.sqlite3'}?mode=ro", uri=True) as database:
            return database.execute(sql, values).fetchall()

    def key(self, pair: str, card: str, quest: str) -> dict[str, Any]:
        """The answer key of a pair's variant, as the worker computed it."""
        sql = """select key.key from quests_variant variant join courses_pair pair on pair.id = variant.pair_id
                 join grading_answerkey key on key.id = variant.answer_key_id
                 where pair.name = ? and variant.card = ? and variant.quest = ?"""
        found: dict[str, Any] = json.loads(str(self.query(sql, pair, card, quest)[0][0]))
        return found

    def attempts(self, pair: str, quest: str) -> list[tuple[object, ...]]:
        """(verdict, mistake) of every answer that counted, oldest first."""
        sql = """select attempt.verdict, attempt.mistake from quests_attempt attempt
                 join quests_variant variant on variant.id = attempt.variant_id
                 join courses_pair pair on pair.id = variant.pair_id
                 where pair.name = ? and variant.quest = ? order by attempt.number"""
        return self.query(sql, pair, quest)

    def hand_ins(self, pair: str, quest: str) -> list[tuple[int, str]]:
        """(id, status) of everything handed in, oldest first."""
        sql = """select hand_in.id, hand_in.status from quests_handin hand_in
                 join quests_variant variant on variant.id = hand_in.variant_id
                 join courses_pair pair on pair.id = variant.pair_id
                 where pair.name = ? and variant.quest = ? order by hand_in.id"""
        return [(int(str(number)), str(status)) for number, status in self.query(sql, pair, quest)]

    def forget_variant(self, pair: str, quest: str) -> None:
        """Make it as if this pair had never opened this quest, and nobody had ever asked for its key."""
        variant = """select variant.id, variant.answer_key_id from quests_variant variant
                     join courses_pair pair on pair.id = variant.pair_id where pair.name = ? and variant.quest = ?"""
        with sqlite3.connect(self.data / "db.sqlite3", timeout=20) as database:
            ((variant_id, key_id),) = database.execute(variant, (pair, quest)).fetchall()
            database.execute("delete from quests_attempt where variant_id = ?", (variant_id,))
            database.execute("delete from quests_variant where id = ?", (variant_id,))
            if not database.execute("select 1 from quests_variant where answer_key_id = ?", (key_id,)).fetchall():
                database.execute("delete from grading_answerkey where id = ?", (key_id,))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def environment(data: Path) -> dict[str, str]:
    # What the visitor's shell has, less what the test session set for itself.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DLCV_", "DJANGO_"))}
    return {**kept, "DLCV_DEMO": "1", "DLCV_DATA_DIR": str(data), "DLCV_LEASE_SECONDS": "4"}


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the site stopped while starting"
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the site did not answer in time")


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's folder, built once: data set, people, keys from the real models, evaluated submissions."""
    data = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "manage.py", "demo", "--only-build"]
    run = subprocess.run(command, cwd=REPOSITORY, env=environment(data), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
    assert "pair8b" in run.stdout
    return data


@pytest.fixture(scope="session")
def demo(demo_data: Path) -> Iterator[Demo]:
    port = free_port()
    with (demo_data / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=REPOSITORY,
            env=environment(demo_data),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(url, process)
            yield Demo(url, demo_data, process)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def open_page(browser: Browser, demo: Demo) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own, signed in as somebody; every script error on it fails the test."""
    contexts = []
    errors: list[str] = []

    def open_(
        path: str = "/", *, who: str | None = None, language: str = "en", size: dict[str, int] | None = None
    ) -> Page:
        context = chromium.somebody(
            browser,
            base_url=demo.url,
            locale={"en": "en-GB", "fr": "fr-FR"}[language],
            viewport=size or DESKTOP,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None,
        )
        if who is not None:
            page.goto("/sign-in/")
            page.fill("input[name=username]", who)
            page.fill("input[name=password]", PASSWORD)
            page.click("main form button")
            page.wait_for_url(lambda address: "/sign-in/" not in address)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def trained_apart(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """A copy of one of the demo's checkpoints with one number moved, another one for each test.

    Nobody has evaluated it, so it is really run: the result of a file that is known is taken over at once.
    """
    from ml.checkpoints import read_checkpoint
    from ml.checkpoints.rewriting import rewrite

    def copy(name: str) -> Path:
        source = REPOSITORY / "fixtures" / "weights" / name
        state = read_checkpoint(source).state
        key = next(key for key in state if key.endswith("conv.weight"))
        moved = state[key].copy()
        moved.flat[zlib.crc32(request.node.name.encode()) % moved.size] += 0.01
        target = tmp_path / name
        target.write_bytes(rewrite(source.read_bytes(), {key: moved}))
        return target

    return copy


@pytest.fixture(scope="session")
def three_class_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A genuine YOLOv5 file, of a network for three classes that the demo's task does not know."""
    from fixtures.benign.yolov5_file import save_yolov5
    from ml.zoo.yolov5 import build_network, configuration

    config = configuration("yolov5n", classes=3)
    path = tmp_path_factory.mktemp("weights") / "ring_and_friends.pt"
    save_yolov5(build_network(config), path, config=config, names=["ring", "lens", "cap"])
    return path
