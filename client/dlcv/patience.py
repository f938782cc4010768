"""How long we go on when the network or the server does not: exponential waits with jitter, and an end."""

from __future__ import annotations

import random
import time
from typing import Callable

from dlcv.errors import Broken

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 60.0
#: Tries in a row that may fail without any progress: some five minutes in all.
TRIES = 10
#: A server that asks for more than this is not waited for.
LONGEST_ASKED_SECONDS = 120.0

Notice = Callable[[Broken, float, int, int], None]


def sleep(seconds: float) -> None:
    """The one place where this program waits."""
    time.sleep(seconds)


def _silent(error: Broken, seconds: float, attempt: int, tries: int) -> None:
    """Nobody is told."""


class Patience:
    """``notice(error, seconds, try, tries)`` is told before each wait."""

    def __init__(self, tries: int = TRIES, notice: Notice = _silent) -> None:
        self.tries = tries
        self.notice = notice
        self._failed = 0

    def after(self, error: Broken) -> None:
        """Wait before the next try. Raises the error itself when there have been enough."""
        self._failed += 1
        if self._failed > self.tries or error.wait_seconds > LONGEST_ASKED_SECONDS:
            raise error
        seconds = max(error.wait_seconds, self.delay(self._failed))
        self.notice(error, seconds, self._failed, self.tries)
        sleep(seconds)

    def progress(self) -> None:
        """Something went forward: the next failure is the first one again."""
        self._failed = 0

    @staticmethod
    def delay(attempt: int) -> float:
        """Half of it is chance, so that a class does not come back all at once when the server does."""
        longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** (attempt - 1))
        return longest * (0.5 + random.random() / 2)
