"""A program that runs once a day beside the site, and is never in its way."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from config.supervisor import STOP_SECONDS

DAY_SECONDS: Final = 24 * 3600.0


class DailyRound:
    """Starts ``command`` every day, the first time a day from now; call ``look_after`` several times a second.

    One that is still running when the next is due makes that one wait.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._say = say
        self._clock = clock
        self._due_at = clock() + DAY_SECONDS
        self.process: subprocess.Popen[bytes] | None = None

    def look_after(self) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                return
            if self.process.returncode:
                self._say(f"The daily round ended with status {self.process.returncode}; it is made again tomorrow.")
            self.process = None
        if self._clock() >= self._due_at:
            self._due_at = self._clock() + DAY_SECONDS
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
