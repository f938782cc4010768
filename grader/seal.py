"""Sealing the calling process: from here on it computes, reads what is open, writes to one pipe, no more.

Called by a freshly started child with one thread, after every import and before the first byte of a
stranger's file. The order matters and each step says why. Whatever does not hold raises SealError; the
caller must end the process then, never go on.
"""

import contextlib
import math
import os
import resource
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from grader.devices import card_descriptors, card_files, card_libraries
from grader.walls import landlock, seccomp
from grader.walls.kernel import (
    PR_SET_DUMPABLE,
    PR_SET_PDEATHSIG,
    SealError,
    control,
    drop_capabilities,
)

__all__ = ["Plan", "SealError", "die_with_parent", "seal"]

#: The traditional user without rights (nobody). Only root can become it, and root must.
NOBODY: Final = 65534
#: Room for the threads of a few sealed children beside the ones that we want: a thread bomb ends here.
SPARE_TASKS: Final = 64
ENDING_THREAD_POLLS: Final = 100
#: Open descriptors of a card's driver, with those that it opens later.
CARD_FILES: Final = 1_024


@dataclass(frozen=True)
class Plan:
    """What the sealed process keeps: open descriptors, memory and processor time on top of those used so far.

    ``weak`` tolerates a missing Landlock or seccomp, by an administrator's explicit decision. So does ``card`` what a
    graphics card's driver needs: its device files and libraries, its threads, ``ioctl``, address space without limit.
    """

    keep: tuple[int, ...]
    memory_bytes: int
    cpu_seconds: float
    threads: int = 1
    weak: bool = False
    card: bool = False

    @property
    def has_threads(self) -> bool:
        return self.threads > 1 or self.card


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when ``parent`` (the process id that started it) is gone."""
    control(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)


def seal(plan: Plan) -> dict[str, Any]:
    """Raise every wall, then try to break out. Returns ``{"landlock", "seccomp", "user", "base_bytes"}``."""
    if not plan.card:
        _require_one_thread()
    parent = os.getppid()
    used_bytes = _virtual_bytes()
    _close_all_but((*plan.keep, *card_descriptors()) if plan.card else plan.keep)
    control(PR_SET_DUMPABLE, 0)
    _drop_privileges()
    control(PR_SET_DUMPABLE, 0)  # changing user resets both
    die_with_parent(parent)
    _limit(plan, used_bytes)
    report: dict[str, Any] = {
        "landlock": _wall(partial(landlock.deny_everything, **_openable(plan)), plan.weak) or 0,
        "user": os.geteuid(),
        "base_bytes": used_bytes,
    }
    files = CARD_FILES if plan.card else 0
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))  # Landlock needed a descriptor
    report["seccomp"] = bool(_wall(lambda: seccomp.install(threads=plan.has_threads, card=plan.card), plan.weak))
    _self_test(strict=not plan.weak, threads=plan.has_threads, card=plan.card)
    return report


def _openable(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {"devices": card_files(), "libraries": card_libraries()} if plan.card else {}


def _wall(raise_it: Callable[[], int], weak: bool) -> int:
    """What the wall says of itself, 0 when it is missing and may be."""
    try:
        return raise_it()
    except SealError:
        if not weak:
            raise
        return 0


def _require_one_thread() -> None:
    """Landlock binds one thread: one that exists already would stay outside. An ended one takes a moment to go."""
    for _ in range(ENDING_THREAD_POLLS):
        if len(os.listdir("/proc/self/task")) == 1:
            return
        time.sleep(0.01)
    raise SealError(f"{len(os.listdir('/proc/self/task'))} threads before sealing, one is expected")


def _virtual_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _close_all_but(keep: Collection[int]) -> None:
    """Standard input, output and error become /dev/null; of the others only ``keep`` stays open."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    low = 3
    for kept in (*sorted(number for number in keep if number > 2), 1 << 30):
        os.closerange(low, kept)
        low = kept + 1


def _drop_privileges() -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    if 0 in (*os.getresuid(), *os.getresgid()):
        raise SealError("still root after dropping privileges")
    drop_capabilities()


def _limit(plan: Plan, used_bytes: int) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    memory = resource.RLIM_INFINITY if plan.card else used_bytes + plan.memory_bytes
    processor = math.ceil(usage.ru_utime + usage.ru_stime + plan.cpu_seconds)
    tasks = 0 if not plan.has_threads else _tasks_of(os.geteuid()) + plan.threads + SPARE_TASKS
    for what, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, processor, processor + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
        (resource.RLIMIT_NPROC, tasks, tasks),
    ):
        resource.setrlimit(what, (soft, hard))


def _tasks_of(user: int) -> int:
    """How many threads a user runs: RLIMIT_NPROC counts them all together, not only this process's."""
    count = 0
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == user:
                count += len(os.listdir(f"/proc/{name}/task"))
    return count


def _self_test(*, strict: bool, threads: bool, card: bool) -> None:
    """Prove the walls before a stranger's byte is read: each of these must fail."""
    processor = resource.getrlimit(resource.RLIMIT_CPU)
    attempts: list[tuple[str, Callable[[], object], bool]] = [
        ("open", lambda: os.open("/etc/passwd", os.O_RDONLY), True),
        ("write", lambda: os.open("/tmp", os.O_WRONLY | os.O_TMPFILE, 0o600), True),
        ("root", lambda: os.setresuid(0, 0, 0), True),
        ("setrlimit", lambda: resource.setrlimit(resource.RLIMIT_CPU, processor), strict),
    ]
    if not card:  # its driver has ``fcntl``, which copies descriptors
        attempts.append(("dup", lambda: os.dup(0), True))
    if not threads:  # with threads allowed, fork is answered by death
        attempts.append(("fork", os.fork, strict))
    for name, attempt, must_fail in attempts:
        try:
            result = attempt()
        except (OSError, ValueError):
            continue
        if name == "fork" and result == 0:
            os._exit(1)
        if must_fail:
            raise SealError(f"self-test: {name} was allowed")
