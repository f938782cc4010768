"""The walls: every escape we know of is tried from inside a sealed process, and outside, to know that it is one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader import probes, report
from grader.errors import GraderError
from grader.walls import syscalls
from grader.walls.seccomp import program

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def found() -> dict[str, object]:
    return report.seal_report()


@pytest.fixture(scope="module")
def escapes(found: dict[str, object]) -> dict[str, bool]:
    held = found["escapes"]
    if not found["accepts_jobs"]:
        pytest.skip(f"this machine cannot seal a child: {found['why']}")
    assert isinstance(held, dict)
    return held


@pytest.mark.parametrize("name", list(probes.PROBES))
def test_the_walls_hold_when_a_sealed_child_tries_to(name: str, escapes: dict[str, bool]) -> None:
    if name not in escapes:
        pytest.skip("this processor has no such call")
    assert escapes[name]


#: Probes that change nothing outside the process when they do succeed.
HARMLESS = [
    "open a file",
    "read its own environment",
    "list a folder",
    "ask about a file",
    "follow a link",
    "make a file in memory",
    "find an open descriptor",
    "copy a descriptor",
    "open a local socket",
    "make a pair of sockets",
    "clone by the new call",
    "fork",
    "take more memory",
    "signal the parent",
    "hold the parent",
    "connect",
    "undo the walls by prctl",
]


@pytest.mark.parametrize("name", HARMLESS)
def test_without_walls_the_same_attempt_succeeds_to(name: str) -> None:
    """A probe that fails everywhere proves nothing about the walls."""
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            os._exit(10 if probes.PROBES[name](parent) else 11)
        except BaseException:
            os._exit(12)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 10


def test_this_machine_says_that_it_accepts_jobs_and_why_not_otherwise(found: dict[str, object]) -> None:
    assert set(found) == {"accepts_jobs", "weak", "why", "machine", "kernel", "walls", "escapes", "card"}
    assert found["accepts_jobs"] is (found["why"] is None)
    assert found["card"] is None


def test_walls_that_are_weaker_for_a_graphics_card_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLCV_GPU_SEAL", "1")
    monkeypatch.setattr(report, "_try_walls", lambda weak: ({"landlock": 7, "seccomp": True, "user": 1}, {}, None))
    found = report._report(False)
    assert found["accepts_jobs"]
    assert not found["weak"]
    assert "DLCV_GPU_SEAL" in found["card"]["fr"]


_REPORT_WITHOUT = """
import ctypes, json, struct, sys
sys.path.insert(0, {root!r})
from grader.walls.kernel import LIBC, call, control
from grader.walls import syscalls
numbers = syscalls.table()[1]
step = lambda code, k, t=0, f=0: struct.pack("<HBBI", code, t, f, k)
steps = [step(0x20, 0), step(0x15, {number}, 0, 1), step(0x06, 0x00050000 | {error}), step(0x06, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(steps), 8 * len(steps))
control(38, 1)
header = struct.pack("<HxxxxxxQ", len(steps), ctypes.addressof(code))
assert call(numbers["seccomp"], 1, 0, header) == 0
import grader
print(json.dumps(grader.seal_report()))
"""


def report_without(call_name: str, error: int, **environment: str) -> dict[str, object]:
    """The report of a machine whose kernel answers this system call with an error (as gVisor or Docker do)."""
    text = _REPORT_WITHOUT.format(root=str(ROOT), number=syscalls.X86_64[call_name], error=error)
    done = subprocess.run(
        [sys.executable, "-c", text], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    result: dict[str, object] = json.loads(done.stdout)
    return result


x86_64_only = pytest.mark.skipif(os.uname().machine != "x86_64", reason="the simulated kernel is an x86_64 one")


@x86_64_only
@pytest.mark.parametrize(("name", "error", "word"), [("landlock_create_ruleset", 38, "landlock"), ("seccomp", 1, "")])
def test_a_machine_that_lacks_a_wall_accepts_no_job_and_says_which(
    name: str, error: int, word: str, escapes: dict[str, bool]
) -> None:
    missing = report_without(name, error)
    assert missing["accepts_jobs"] is False
    why = missing["why"]
    assert isinstance(why, dict)
    assert (word or "seccomp") in why["en"]
    assert (word or "seccomp") in why["fr"]


@x86_64_only
def test_an_administrator_may_accept_a_weaker_seal_and_the_report_names_it(escapes: dict[str, bool]) -> None:
    weak = report_without("landlock_create_ruleset", 38, DLCV_ALLOW_WEAK_SEAL="1")
    assert weak["accepts_jobs"] is True
    assert weak["weak"] is True
    assert isinstance(weak["why"], dict)
    assert "landlock" in weak["why"]["en"]


def test_without_walls_a_job_is_our_failure_and_not_the_students(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "seal_report", lambda: {"accepts_jobs": False, "why": {"en": "no landlock"}})
    with pytest.raises(GraderError, match="no landlock"):
        report.require_seal()


def test_a_processor_without_a_table_of_calls_cannot_be_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(RuntimeError, match="processor"):
        program(threads=False)


@pytest.mark.parametrize("machine", sorted(syscalls.MACHINES))
@pytest.mark.parametrize("threads", [False, True])
def test_every_jump_of_the_filter_lands_inside_it(machine: str, threads: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    code = program(threads=threads)
    steps = [code[i : i + 8] for i in range(0, len(code), 8)]
    assert 100 < len(steps) < 4096
    for place, step in enumerate(steps):
        assert place + 1 + max(step[2], step[3]) < len(steps) or step[0] == 0x06


@pytest.mark.parametrize(("machine", "header"), [("x86_64", "asm/unistd_64.h"), ("aarch64", "asm-generic/unistd.h")])
def test_the_numbers_of_the_calls_are_the_kernels(machine: str, header: str) -> None:
    for folder in ("/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu", "/usr/include"):
        if (Path(folder) / header).is_file():
            break
    else:
        pytest.skip(f"the kernel's header {header} is not installed")
    text = (Path(folder) / header).read_text()
    kernel = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    kernel.setdefault("newfstatat", kernel.get("fstatat", -1))
    table = syscalls.MACHINES[machine][1]
    known = {name: number for name, number in table.items() if name in kernel}
    assert len(known) > 100
    assert known == {name: kernel[name] for name in known}


def test_nothing_is_both_allowed_and_deadly() -> None:
    assert not set(syscalls.ALLOWED) & set(syscalls.KILLED)
    assert not set(syscalls.ALLOWED) & set(syscalls.CLOSED)
    for _, table in syscalls.MACHINES.values():
        assert set(syscalls.ALLOWED) <= set(table)
