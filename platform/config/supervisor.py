"""Start programs, start them again when they die, stop them all at the end."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

PR_SET_PDEATHSIG: Final = 1
LONGEST_DELAY: Final = 30.0
#: A child that lived this long was well: its next death starts the delays anew.
HEALTHY_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0


@dataclass
class Child:
    """One program that should be running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    delay: float = 0.0
    due_at: float = field(default=float("-inf"))


class Supervisor:
    """Keeps children alive from one thread. They end with us, whatever ends us (PR_SET_PDEATHSIG)."""

    def __init__(
        self, children: Sequence[Child], *, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.children = list(children)
        self._say = say
        self._clock = clock

    def look_after(self) -> None:
        """One round: notice who died, start whoever is due. Call it several times a second."""
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child)
            if child.process is None and self._clock() >= child.due_at:
                self._start(child)

    def stop(self) -> None:
        """Ask every child to end, wait, then insist."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for child in self.children:
            child.process = None

    def _start(self, child: Child) -> None:
        child.started_at = self._clock()
        child.process = subprocess.Popen(
            child.command,
            env=dict(child.environment),
            stdin=subprocess.DEVNULL,
            # Its own session: Ctrl-C reaches us alone, and we stop the children in order.
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
        )

    def _bury(self, child: Child) -> None:
        assert child.process is not None
        now = self._clock()
        was_healthy = now - child.started_at >= HEALTHY_SECONDS
        child.delay = 1.0 if was_healthy or child.delay == 0 else min(child.delay * 2, LONGEST_DELAY)
        child.due_at = now + child.delay
        code = child.process.returncode
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        self._say(f"The {child.name} {how}; it starts again in {child.delay:.0f} s.")
        child.process = None


def _die_with(parent: int) -> Callable[[], None]:
    """Runs in the child before its program: the kernel will send it TERM when the parent is gone."""
    libc = ctypes.CDLL(None, use_errno=True)

    def arrange() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # gone already, before we could ask
            os._exit(1)

    return arrange
