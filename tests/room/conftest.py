"""A site that is served, small enough to be there in seconds: three pairs, no model; and a real browser."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.end_to_end.conftest import free_port

REPOSITORY = Path(__file__).resolve().parents[2]

PREPARE = """
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from tests.builders import make_course, make_pair
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from accounts.models import User
from room.services import start_session
course = make_course()
for name in "123":
    make_pair(course, name)
start_session(course=course, title="TP 3", ends_at=timezone.now() + timedelta(hours=1))
keys = {}
for user in User.objects.all():
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    keys[user.username] = session.session_key
import json
print(json.dumps(keys))
"""

HAPPEN = """
import json, sys
import django
django.setup()
from django.db import transaction
from courses.models import Pair
from grading.models import AnswerKey
from quests.models import Attempt, Variant
from quests.signals import card_changed
for name, card, quest, what in json.loads(sys.argv[1]):
    with transaction.atomic():
        pair = Pair.objects.get(name=name)
        if what == "solved":
            key = AnswerKey.objects.create(digest=f"{name}/{quest}", question={}, model_digest="x")
            variant = Variant.objects.create(pair=pair, card=card, quest=quest, quest_version="1", parameters={},
                                             question={}, answer_key=key)
            Attempt.objects.create(variant=variant, author=pair.members.first(), number=1, text="1", understood="1",
                                   verdict="correct", points=8)
        card_changed.send(sender=None, pair=pair, card=card, quest=quest, what=what, by=None, data={"points": 8})
"""


class Site:
    """The site as a process: it can be stopped, and started again at the same address."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {
            **os.environ,
            "DLCV_DATA_DIR": str(data),
            "DLCV_DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'platform'}",
        }
        self.keys: dict[str, str] = {}

    def prepare(self) -> None:
        """The database, with its people; ``keys`` are their sessions."""
        self._run("manage.py", "migrate", "-v0")
        (self.data / "keys.json").write_text(self._run("-c", PREPARE))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def happens(self, *events: tuple[str, str, str, str]) -> None:
        """(pair, card, quest, what) each, written by another process, as a worker would."""
        self._run("-c", HAPPEN, json.dumps(events))

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(self.port)]
        with (self.data / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=REPOSITORY, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        for _ in range(400):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
        raise RuntimeError((self.data / "serve.log").read_text())

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            self.process.kill()
            self.process.wait(10)

    def sign_in(self, context: BrowserContext, who: str) -> None:
        cookie: Any = {"name": "sessionid", "value": self.keys[who], "url": self.url}
        context.add_cookies([cookie])

    def _run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a site that nobody has visited yet."""
    folder = tmp_path_factory.mktemp("room") / "data"
    folder.mkdir()
    Site(folder).prepare()
    return folder


@pytest.fixture
def site(prepared: Path, tmp_path: Path) -> Iterator[Site]:
    running = Site(shutil.copytree(prepared, tmp_path / "data"))
    running.keys = json.loads((running.data / "keys.json").read_text())
    running.start()
    yield running
    running.stop()
