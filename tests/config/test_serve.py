"""One command serves the site with its worker, and stops everything it started."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from config import static_files
from config.management.commands import serve
from config.only_one import holding_the_data_folder
from config.supervisor import Child, Supervisor

REPOSITORY = Path(__file__).resolve().parents[2]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def supervise() -> Iterator[Callable[[str], tuple[Supervisor, Child, Clock, list[str]]]]:
    made: list[Supervisor] = []

    def make(program: str) -> tuple[Supervisor, Child, Clock, list[str]]:
        clock, said = Clock(), list[str]()
        child = Child("helper", [sys.executable, "-c", program], dict(os.environ))
        made.append(Supervisor([child], say=said.append, clock=clock))
        return made[-1], child, clock, said

    yield make
    for supervisor in made:
        supervisor.stop()


def wait_for(holds: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def die(child: Child) -> None:
    assert child.process is not None
    child.process.wait(30)


def test_a_child_that_dies_is_started_again_later_each_time(supervise: Any) -> None:
    supervisor, child, clock, said = supervise("raise SystemExit(3)")
    for delay in (1, 2, 4, 8, 16, 30, 30):
        supervisor.look_after()
        die(child)
        supervisor.look_after()
        assert said[-1] == f"The helper ended with status 3; it starts again in {delay} s."
        supervisor.look_after()
        assert child.process is None  # not yet
        clock.now += delay
    supervisor.look_after()
    assert child.process is not None


def test_a_child_that_lived_well_starts_again_soon(supervise: Any) -> None:
    supervisor, child, clock, said = supervise("import time; time.sleep(600)")
    child.delay = 16.0
    supervisor.look_after()
    clock.now += 31
    child.process.kill()
    die(child)
    supervisor.look_after()
    assert said == ["The helper was killed by SIGKILL; it starts again in 1 s."]


def test_stopping_asks_first_and_insists_when_it_must(
    supervise: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("config.supervisor.STOP_SECONDS", 0.5)
    ready = tmp_path / "ready"
    deaf = f"""
import pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path({str(ready)!r}).touch()
time.sleep(600)
"""
    supervisor, child, _, _ = supervise(deaf)
    supervisor.look_after()
    process = child.process
    wait_for(ready.exists)
    supervisor.stop()
    assert process.returncode == -signal.SIGKILL
    assert child.process is None


def test_static_files_are_collected_when_they_changed_and_only_then(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "a.css").write_text("body {}")
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [folder]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    monkeypatch.setattr(static_files, "get_finders", _finders)
    assert static_files.collect()
    assert (tmp_path / "static" / "a.css").exists()
    assert not static_files.collect()
    (folder / "b.css").write_text("p {}")
    assert static_files.collect()
    assert (tmp_path / "static" / "b.css").exists()


def _finders() -> Iterator[Any]:
    from django.contrib.staticfiles.finders import FileSystemFinder

    yield FileSystemFinder()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_busy_port_is_said_in_a_sentence(settings: Settings) -> None:
    settings.DEMO = True
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(CommandError, match=r"cannot be used .* --port"):
            call_command("serve", port=busy.getsockname()[1])
    with pytest.raises(CommandError, match="not a port"):
        call_command("serve", port=70_000)


@pytest.mark.parametrize("https", [True, False])
def test_only_behind_a_proxy_is_it_believed_who_a_visitor_is(settings: Settings, https: bool) -> None:
    settings.HTTPS = https
    assert ("--no-proxy-headers" in serve._web("127.0.0.1", 8000).command) is not https


def test_a_second_site_in_the_same_folder_is_refused_and_the_first_goes_on(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO = True
    settings.DATA_DIR = tmp_path / "not made yet"
    with holding_the_data_folder():
        for command in ("serve", "demo"):
            with pytest.raises(CommandError, match="Another site is being served"):
                call_command(command, port=free_port())
    with holding_the_data_folder():
        pass  # free again once the first has ended


def descendants(pid: int) -> list[int]:
    """The processes that this one started, and theirs."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if parent == pid:
                found += [int(entry.name), *descendants(int(entry.name))]
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    environment = {**os.environ, "DLCV_DATA_DIR": str(tmp_path), "DLCV_DEMO": "1", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, str(REPOSITORY / "manage.py"), "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    yield process, port
    if process.poll() is None:
        process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Ready: "):
            return
    raise AssertionError("it ended before it was ready")


@pytest.mark.slow
@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_site_answers_and_leaves_no_process_behind(site: tuple[subprocess.Popen[str], int], way: int) -> None:
    process, port = site
    wait_until_ready(process)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        assert answer.read() == b"ok"
    children = descendants(process.pid)
    assert len(children) >= 2
    process.send_signal(way)
    assert process.wait(30) == (-signal.SIGKILL if way == signal.SIGKILL else 0)
    wait_for(lambda: not any(is_running(child) for child in children))
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)
