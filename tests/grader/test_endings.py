"""Whoever a sealed child's end is blamed on: the file that it read, or us."""

from types import SimpleNamespace
from typing import Any

import pytest

from grader.endings import ending_of
from grader.errors import GraderError
from grader.sandbox import ChildLost


def child(how: str | None = None) -> Any:
    return SimpleNamespace(cause=lambda lost, *, cpu_seconds: how or lost.how, noise="a traceback")


@pytest.mark.parametrize(
    ("how", "ending"),
    [
        ("SIGXCPU", ("too_slow", False)),
        ("wall", ("too_slow", True)),
        ("SIGABRT", ("too_much_memory", True)),
        ("SIGSYS", ("broke_out", True)),
        ("SIGSEGV", ("crashed", True)),
        ("SIGTRAP", ("crashed", True)),
        ("exit", ("crashed", True)),
        ("protocol", ("lied", True)),
    ],
)
def test_behind_the_walls_it_is_the_files_doing(how: str, ending: tuple[str, bool]) -> None:
    assert ending_of(ChildLost(how, "x"), child(), is_sealed=True, cpu_seconds=1) == ending
    with pytest.raises(GraderError) as ours:  # before them nothing of theirs was read
        ending_of(ChildLost(how, "x"), child(), is_sealed=False, cpu_seconds=1)
    assert ours.value.private == "a traceback"


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "signal 40"])
def test_whom_somebody_else_killed_costs_nobody_anything(how: str) -> None:
    with pytest.raises(GraderError, match=r"from outside .* after 3 pictures"):
        ending_of(ChildLost(how, "x"), child(), is_sealed=True, cpu_seconds=1, after=" after 3 pictures")


def test_what_used_up_its_time_and_did_not_listen_was_too_slow() -> None:
    lost = ChildLost("SIGKILL", "x")
    assert ending_of(lost, child("SIGXCPU"), is_sealed=True, cpu_seconds=1) == ("too_slow", False)
