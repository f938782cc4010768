"""A small real site: served by ``manage.py serve``, with a tiny data set, tiny networks, and students' programs."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.end_to_end.conftest import free_port

REPOSITORY = Path(__file__).resolve().parents[2]
CLASSES = ("charlie", "glasses", "mug", "key")
PEOPLE = """
import os, sys
import django
django.setup()
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from rest_framework.authtoken.models import Token
from accounts.models import User
from courses.models import Pair
from submissions.models import Task
from tests.builders import make_course, make_pair
call_command("migrate", verbosity=0)
course = make_course()
for name in "12":
    make_pair(course, name)
Task.objects.create(course=course, slug="charlie", data="charlie/data.yaml", quota_per_day=None)
import json
print(json.dumps({user.username: Token.objects.create(user=user).key for user in User.objects.all()}))
"""


class Site:
    """``start`` and ``stop`` it; ``submit`` runs the terminal client; ``query`` reads the database beside it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.data, self.port = folder / "data", free_port()
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.data.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DLCV_", "DJANGO_"))}
        paths = (REPOSITORY, REPOSITORY / "platform", REPOSITORY / "client")
        self.environment = {
            **kept,
            "DLCV_DEMO": "1",
            "DLCV_DATA_DIR": str(self.data),
            "DLCV_LEASE_SECONDS": "2",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "TMPDIR": str(self.temporary),
            **settings,
        }
        self.tokens: dict[str, str] = json.loads(self._run("-c", PEOPLE))
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "serve.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=REPOSITORY, env=self.environment, stdout=log, stderr=log)
        self.wait_until(lambda: "Ready: " in self.log.read_text())

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
            self.process.wait()

    def submit(self, file: Path, who: str) -> subprocess.Popen[str]:
        """``dlcv submit``, as a student types it; its receipt is one JSON object."""
        environment = {
            **self.environment,
            "DLCV_URL": self.url,
            "DLCV_TOKEN": self.tokens[who],
            "XDG_CONFIG_HOME": str(self.data.parent / f"config-{who}"),
            "XDG_STATE_HOME": str(self.data.parent / f"state-{who}"),
        }
        command = [sys.executable, "-m", "dlcv", "submit", str(file), "--task", "charlie", "--json"]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{self.data / 'db.sqlite3'}?mode=ro", uri=True, timeout=20) as database:
            return database.execute(sql, values).fetchall()

    def processes(self) -> list[psutil.Process]:
        """Everything that the supervisor started, and theirs."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait_until(self, holds: Callable[[], bool], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"it never came to that: {self.log.read_text()[-3000:]}"
            time.sleep(0.05)

    def run_python(self, program: str) -> str:
        """A program with this site's settings; what it printed."""
        return self._run("-c", program)

    def _run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


def write_dataset(folder: Path, pictures: int) -> None:
    """Noise with a box in the middle of each picture, and nothing to learn from it."""
    import cv2
    import numpy as np

    generator = np.random.default_rng(1)
    for split in ("train", "val", "test"):
        for kind in ("images", "labels"):
            (folder / kind / split).mkdir(parents=True)
        for number in range(pictures):
            picture = generator.integers(0, 255, (64, 96, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / "images" / split / f"{number}.png"), picture)
            label = f"{number % len(CLASSES)} 0.5 0.5 0.4 0.4\n"
            (folder / "labels" / split / f"{number}.txt").write_text(label)
    splits = "".join(f"{split}: images/{split}\n" for split in ("train", "val", "test"))
    (folder / "data.yaml").write_text(f"path: .\n{splits}names: {list(CLASSES)}\n")
