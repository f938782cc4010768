"""A job gets a graphics card only where it asks, a card is there, and an administrator accepted the weaker walls."""

import contextlib
import itertools
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from grader.devices import allowed, card_descriptors
from grader.frames import FrameReader
from grader.predict import _say_what_broke
from grader.seal import Plan
from grader.walls import landlock, seccomp, syscalls


@pytest.mark.parametrize(
    ("wanted", "setting", "is_there", "expected"),
    [
        ("cuda", "1", True, "cuda"),
        ("cuda", "1", False, "cpu"),
        ("cuda", "0", True, "cpu"),
        ("cuda", None, True, "cpu"),
        ("cpu", "1", True, "cpu"),
    ],
)
def test_three_must_agree(
    wanted: str, setting: str | None, is_there: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if setting is None:
        monkeypatch.delenv("DLCV_GPU_SEAL", raising=False)
    else:
        monkeypatch.setenv("DLCV_GPU_SEAL", setting)
    assert allowed(wanted, lambda: is_there) == expected


def verdict(program: bytes, number: int) -> int:
    """What the filter answers to one call, read off its jump-and-return pairs."""
    steps = [struct.unpack_from("<HBBI", program, start) for start in range(0, len(program), 8)]
    for (code, _, _, value), (_, _, _, answer) in itertools.pairwise(steps):
        if code == seccomp.IF_EQUAL and value == number:
            return int(answer)
    raise AssertionError("no rule")


def test_only_a_cards_job_may_ask_devices() -> None:
    found = syscalls.table()
    assert found is not None
    number = found[1]["ioctl"]
    assert verdict(seccomp.program(threads=True), number) != seccomp.ALLOW
    assert verdict(seccomp.program(threads=True, card=True), number) == seccomp.ALLOW


@pytest.mark.parametrize("name", ["openat", "fcntl", "poll", "eventfd2"])
def test_only_a_cards_driver_may_open_files_and_wake_threads(name: str) -> None:
    found = syscalls.table()
    assert found is not None
    if name not in found[1]:
        pytest.skip("this processor has no such call")
    number = found[1][name]
    assert verdict(seccomp.program(threads=True, card=True), number) == seccomp.ALLOW
    with contextlib.suppress(AssertionError):  # no rule of its own: what no rule allows is refused
        assert verdict(seccomp.program(threads=True), number) != seccomp.ALLOW


@pytest.mark.parametrize("name", ["socket", "execve", "ptrace", "fork"])
def test_what_kills_elsewhere_is_refused_to_a_cards_driver_too(name: str) -> None:
    found = syscalls.table()
    assert found is not None
    if name not in found[1]:
        pytest.skip("this processor has no such call")
    answer = verdict(seccomp.program(threads=True, card=True), found[1][name])
    assert answer not in (seccomp.ALLOW, seccomp.KILL_PROCESS)
    assert verdict(seccomp.program(threads=True), found[1][name]) == seccomp.KILL_PROCESS


BEHIND_DOORS = """
import os, sys
sys.path.insert(0, {root!r})
from grader.walls import landlock
landlock.deny_everything(devices=[{device!r}], libraries=[{folder!r}])
print(os.read(os.open({inside!r}, os.O_RDONLY), 20).decode(), len(os.listdir({folder!r})))
os.write(os.open({device!r}, os.O_RDWR), b"asked")
new = {folder!r} + "/new"
for path, flags in (({outside!r}, os.O_RDONLY), ({inside!r}, os.O_WRONLY), (new, os.O_CREAT | os.O_WRONLY)):
    try:
        os.open(path, flags)
        print("opened", path, flags)
    except PermissionError:
        print("closed")
"""


def test_doors_in_the_wall_lead_to_devices_and_libraries_alone(tmp_path: Path) -> None:
    folder, device, outside = tmp_path / "libraries", tmp_path / "device", tmp_path / "secret"
    folder.mkdir()
    inside = folder / "library.so"
    for path in (inside, device, outside):
        path.write_text(path.name)
    if landlock.abi() < 1:
        pytest.skip("this kernel has no Landlock")
    root = Path(__file__).resolve().parents[2]
    paths = {"root": root, "device": device, "folder": folder, "inside": inside, "outside": outside}
    program = BEHIND_DOORS.format(**{name: str(path) for name, path in paths.items()})
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert said.stdout.splitlines() == ["library.so 1", "closed", "closed", "closed"], said.stderr
    assert device.read_text() == "asked" + "device"[5:]
    assert not (folder / "new").exists()


def test_a_cards_driver_keeps_what_wakes_its_threads_and_nothing_of_the_site(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    event = os.eventfd(0)
    try:
        with (tmp_path / "marks").open("w") as file, socket.socket() as line:
            kept = card_descriptors()
            assert {reading, writing, event} <= set(kept)
            assert not {0, 1, 2, file.fileno(), line.fileno()} & set(kept)
    finally:
        for descriptor in (reading, writing, event):
            os.close(descriptor)


@pytest.mark.parametrize(
    ("stage", "words", "kind"),
    [
        ("reading", "CUDA error: OS call failed or operation not supported on this OS", "broken"),
        ("predicting", "CUDA error: unspecified launch failure", "broken"),
        ("reading", "CUDA out of memory. Tried to allocate 3 GiB", "refused"),
        ("reading", "index out of range", "refused"),
    ],
)
def test_what_a_cards_driver_says_is_not_the_files_fault(stage: str, words: str, kind: str) -> None:
    reading, writing = os.pipe()
    try:
        _say_what_broke(writing, stage, RuntimeError(words))
        (frame,) = FrameReader(payload_bytes=0, total_bytes=10_000).feed(os.read(reading, 10_000))
    finally:
        os.close(reading)
        os.close(writing)
    assert frame.type == kind


def test_the_walls_of_a_job_are_whole_unless_told_otherwise() -> None:
    plan = Plan(keep=(), memory_bytes=1, cpu_seconds=1)
    assert not plan.card
    assert not plan.has_threads
