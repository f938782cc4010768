"""A job gets a graphics card only where it asks, a card is there, and an administrator accepted the weaker walls."""

import itertools
import struct

import pytest

from grader.devices import allowed
from grader.seal import Plan
from grader.walls import seccomp, syscalls


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


def test_the_walls_of_a_job_are_whole_unless_told_otherwise() -> None:
    plan = Plan(keep=(), memory_bytes=1, cpu_seconds=1)
    assert not plan.card
    assert not plan.has_threads
