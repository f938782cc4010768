"""What is known of a job while it runs: its log on two levels, its seconds, its file. It outlives every ending."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from grader import refusals

LINE: Final = 1_000


@dataclass
class Journal:
    """``log`` is for instructors. ``safe_log`` holds those of its lines that the pair may read: nothing of the hidden
    pictures, of a private part or of the walls."""

    started: float = field(default_factory=time.perf_counter)
    log: list[str] = field(default_factory=list)
    safe_log: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    digest: str = ""
    checkpoint: dict[str, Any] | None = None

    @property
    def total(self) -> float:
        return time.perf_counter() - self.started

    @contextmanager
    def clock(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started

    def note(self, line: str) -> None:
        """For instructors alone."""
        self.log.append(self._line(line))

    def tell(self, line: str) -> None:
        """For the pair and the instructors."""
        self.note(line)
        self.safe_log.append(self.log[-1])

    def endings(self) -> dict[str, Any]:
        """What an outcome takes over, whatever the ending."""
        return {
            "checkpoint": self.checkpoint,
            "log": tuple(self.log),
            "safe_log": tuple(self.safe_log),
            "seconds": {**self.seconds, "total": self.total},
        }

    def _line(self, line: str) -> str:
        return f"{self.total:7.2f} s  {refusals.printable(line)}"[:LINE]
