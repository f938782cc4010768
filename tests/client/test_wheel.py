"""The client alone: its wheel, its declared dependencies, and nothing else of ours."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.client.conftest import Person
from tests.client.live_site import REPOSITORY

pytestmark = pytest.mark.slow


def declared(name: str, known: set[str]) -> set[str]:
    """A distribution and all that it declares, extras aside."""
    if name in known:
        return known
    known.add(name)
    for requirement in importlib.metadata.requires(name) or []:
        if ";" not in requirement:
            declared(re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower(), known)
    return known


def link_distribution(name: str, target: Path) -> None:
    """The folders and files of an installed distribution, seen from another environment."""
    distribution = importlib.metadata.distribution(name)
    tops = {file.parts[0] for file in distribution.files or [] if file.parts[0] not in ("..", "__pycache__")}
    for top in tops:
        link = target / top
        if not link.exists():
            link.symlink_to(Path(str(distribution.locate_file(top))))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and what it declares; no index is asked."""
    root = tmp_path_factory.mktemp("alone")
    shutil.copytree(REPOSITORY / "client", root / "source", ignore=shutil.ignore_patterns("__pycache__", "build"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-deps", "--no-index"]
    wheel = [*pip, "wheel", "--no-build-isolation", *offline, "--wheel-dir", str(root), str(root / "source")]
    subprocess.run(wheel, check=True)
    venv.create(root / "env", with_pip=False, symlinks=True)
    python = root / "env" / "bin" / "python"
    (built,) = root.glob("dlcv-*.whl")
    subprocess.run([*pip, "--python", str(python), "install", *offline, str(built)], check=True)
    (packages,) = (root / "env" / "lib").glob("python*/site-packages")
    for name in declared("requests", set()) | declared("rich", set()):
        link_distribution(name, packages)
    return root / "env" / "bin"


def run(person: Person, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, env=environment, cwd=person.home, text=True, capture_output=True, check=False)


def test_the_wheel_hands_in_where_there_is_nothing_else(person: Person, alone: Path, checkpoint: Path) -> None:
    for stranger in ("torch", "numpy", "django", "ml", "grader"):
        assert run(person, str(alone / "python"), "-c", f"import {stranger}").returncode != 0
    assert run(person, str(alone / "dlcv"), "--version").stdout.startswith("dlcv 1.")
    said = run(person, str(alone / "dlcv"), "submit", str(checkpoint))
    assert said.returncode == 0, said.stderr
    assert len(person.state()["submissions"]) == 1


def test_what_the_site_gives_away_installs_as_the_same_client(person: Person, alone: Path) -> None:
    """pip takes the archive as it is served; building it is what the wheel's fixture does."""
    served = person.home / "dlcv.zip"
    fetched = run(person, str(alone / "python"), "-c", _FETCH, f"{person.line.url}/terminal/dlcv.zip", str(served))
    assert fetched.returncode == 0, fetched.stderr
    shutil.unpack_archive(served, person.home / "unpacked")
    ours = REPOSITORY / "client"
    for path in (person.home / "unpacked" / "dlcv-client").rglob("*.py"):
        assert path.read_bytes() == (ours / path.relative_to(person.home / "unpacked" / "dlcv-client")).read_bytes()


_FETCH = "import requests, sys; open(sys.argv[2], 'wb').write(requests.get(sys.argv[1], timeout=60).content)"
