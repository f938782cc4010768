"""A live site, a line to it that can be made bad, and a person with a terminal of their own."""

import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dlcv import cli, patience

from tests.client.bad_line import BadLine
from tests.client.live_site import LiveSite

#: Some pieces long: they begin with 256 KiB and double.
CHECKPOINT_BYTES = 3_000_000


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    live = LiveSite(tmp_path_factory.mktemp("live-site"))
    yield live
    live.stop()


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output: one JSON object, and nothing else."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)


@dataclass
class Person:
    """Somebody at a terminal: ``dlcv(…)`` runs the client in this process as its command would."""

    site: LiveSite
    line: BadLine
    home: Path
    tokens: dict[str, str]
    waits: list[float]
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def dlcv(self, *words: str) -> Said:
        self.capsys.readouterr()
        try:
            code = cli.main(list(words))
        except SystemExit as ended:  # --help, --version
            code = int(ended.code or 0)
        heard = self.capsys.readouterr()
        for token in self.tokens.values():
            assert token not in heard.out + heard.err
        return Said(code, heard.out, heard.err)

    def speak(self, language: str) -> None:
        self.monkeypatch.setenv("LANG", {"fr": "fr_FR.UTF-8", "en": "en_GB.UTF-8"}[language])

    def become(self, user: str) -> None:
        self.monkeypatch.setenv("DLCV_TOKEN", self.tokens[user])

    def state(self) -> Any:
        return self.site.ask("state")


@pytest.fixture
def person(
    site: LiveSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Person]:
    """A member of pair 1, signed in by the environment, speaking English, who need not really wait."""
    waits: list[float] = []
    monkeypatch.setattr(patience, "sleep", waits.append)
    line = BadLine(site.port)
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("DLCV_URL", line.url)
    somebody = Person(site, line, tmp_path, site.ask("fresh"), waits, monkeypatch, capsys)
    somebody.speak("en")
    somebody.become("pair1a")
    yield somebody
    line.close()


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A zip of some megabytes that no compression makes smaller, another one in each test."""
    return write_checkpoint(tmp_path / "best.pt", seed=str(tmp_path))


def write_checkpoint(path: Path, *, seed: str, size: int = CHECKPOINT_BYTES) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("best/data.pkl"), random.Random(seed).randbytes(size))
    return path
