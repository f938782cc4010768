"""A child is heard while it keeps to the frames, and killed with all it holds when it does not."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from grader.errors import Cancelled, GraderError
from grader.frames import Frame, FrameReader
from grader.sandbox import ROOT, Child, ChildLost, environment
from tests.descriptors import held

HOSTILE = "tests.grader.hostile_child"


@contextmanager
def captured(name: str, folder: Path) -> Iterator[Child]:
    weights = folder / "weights.pt"
    weights.write_text(name)
    descriptor = os.open(weights, os.O_RDONLY)
    try:
        with Child(HOSTILE, files={"weights": descriptor}, instructions={"images": 2}) as child:
            yield child
    finally:
        os.close(descriptor)


def heard(child: Child, *, wall: float = 20, cancelled: Callable[[], bool] = lambda: False) -> list[Frame]:
    reader = FrameReader(payload_bytes=300 * 24, total_bytes=100_000)
    return list(child.frames(reader, wall_seconds=wall, cancelled=cancelled))


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_polite_child_is_heard_to_its_last_word(tmp_path: Path) -> None:
    with captured("polite", tmp_path) as child:
        assert [frame.type for frame in heard(child)] == ["sealed", "checkpoint", "boxes", "boxes", "done"]
        assert child.lost("x").how == "exit"


@pytest.mark.parametrize("name", ["garbage", "flood", "huge_frame"])
def test_a_child_that_breaks_the_frames_is_killed_at_once(name: str, tmp_path: Path) -> None:
    with captured(name, tmp_path) as child:
        with pytest.raises(ChildLost) as lost:
            heard(child)
        assert lost.value.how == "protocol"
        assert not is_alive(child.process_id)


@pytest.mark.parametrize("name", ["silence", "huge_frame"])
def test_a_child_that_never_ends_is_killed_by_the_clock(name: str, tmp_path: Path) -> None:
    with captured(name, tmp_path) as child:
        with pytest.raises(ChildLost) as lost:
            heard(child, wall=1.0)
        assert lost.value.how in ("wall", "protocol")
        assert not is_alive(child.process_id)


def test_a_child_that_closes_its_pipe_and_lives_on_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.sandbox.GOODBYE_SECONDS", 0.3)
    with captured("hang_after_closing", tmp_path) as child:
        heard(child)
        assert child.lost("no last word").how == "wall"
        assert not is_alive(child.process_id)


@pytest.mark.parametrize(("name", "how"), [("open_a_socket", "SIGSYS"), ("crash", "SIGSEGV"), ("spin", "SIGXCPU")])
def test_a_child_that_breaks_a_wall_dies_of_it(name: str, how: str, tmp_path: Path) -> None:
    with captured(name, tmp_path) as child:
        assert [frame.type for frame in heard(child)] == ["sealed", "checkpoint"]
        assert child.lost("no last word").how == how


def test_a_cancelled_child_is_killed_and_its_folder_removed(tmp_path: Path) -> None:
    asked = []

    def cancelled() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 3

    with pytest.raises(Cancelled), captured("silence", tmp_path) as child:
        heard(child, cancelled=cancelled)
    assert not is_alive(child.process_id)
    assert not Path(child.folder).exists()


def test_a_child_that_cannot_start_leaves_its_last_words_for_our_log(tmp_path: Path) -> None:
    with captured("our_own_trouble", tmp_path) as child:
        assert heard(child) == []
        assert child.lost("x").how == "exit"
        assert "Traceback" in child.noise
        assert "\n" not in child.noise


def test_a_python_that_is_not_there_is_our_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/python")
    with pytest.raises(GraderError, match="could not be started"):
        Child(HOSTILE, files={}, instructions={})


def test_no_descriptor_is_left_behind_by_a_hundred_frames_and_a_death(tmp_path: Path) -> None:
    before = held()
    for name in ("polite", "garbage"):
        with captured(name, tmp_path) as child, suppress(ChildLost):
            heard(child)
    assert held() <= before


_WORKER = """
import os, sys, time
sys.path.insert(0, {root!r})
from grader.frames import FrameReader
from grader.sandbox import Child
weights = os.open({weights!r}, os.O_RDONLY)
with Child("tests.grader.hostile_child", files={{"weights": weights}}, instructions={{"images": 2}}) as child:
    reader = FrameReader(payload_bytes=0, total_bytes=10_000)
    for frame in child.frames(reader, wall_seconds=60, cancelled=lambda: False):
        if frame.type == "checkpoint":
            print(child.process_id, flush=True)
"""


def test_a_worker_killed_in_the_middle_takes_its_child_along(tmp_path: Path) -> None:
    (tmp_path / "weights.pt").write_text("bound_to_its_parent")
    program = _WORKER.format(root=str(ROOT), weights=str(tmp_path / "weights.pt"))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        child = int(worker.stdout.readline())
        assert is_alive(child)
        worker.kill()
    deadline = time.monotonic() + 20
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def is_running(process: int) -> bool:
    """Neither gone nor waiting for somebody to read its exit status."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_child_inherits_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    monkeypatch.setenv("DATABASE_URL", "postgres://x")
    given = environment(str(tmp_path))
    assert {"SECRET_KEY", "DATABASE_URL", "HOME", "PATH", "PYTHONPATH"}.isdisjoint(given)
    assert "hunter2" not in "".join(given.values())
