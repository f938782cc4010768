"""How an upload goes, on standard error: a bar where there is a terminal, a line now and then where there is none."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from dlcv.errors import Broken
from dlcv.language import say
from dlcv.local_file import LocalFile
from dlcv.numbers import duration, percent, size
from dlcv.printable import one_line

#: Without a terminal: one line for each tenth.
STEPS = 10


class UploadReport:
    """Told by ``dlcv.submitting`` and ``dlcv.upload``; use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            _Words(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=1, start=False)
        self._file: LocalFile | None = None
        self._step = 0
        self._started_at = 0.0
        self._first = 0

    def begin(self, file: LocalFile) -> None:
        self._file, self._step, self._first = file, 0, -1
        self._started_at = time.monotonic()
        self._bar.reset(self._task, description=file.name, total=file.size)

    def sent(self, count: int) -> None:
        if self._file is None:
            return
        if self._first < 0:
            self._first = count  # resumed: what was there before is no speed of ours
        self._bar.update(self._task, completed=count)
        step = count * STEPS // self._file.size
        if step > self._step:
            self._step = step
            if not self.console.is_terminal:
                self.note(self._line(self._file, count))

    def note(self, sentence: str) -> None:
        self.console.print(Text(one_line(sentence)))

    def waiting(self, error: Broken, seconds: float, attempt: int, tries: int) -> None:
        again = say(
            "Trying again in {time} ({attempt} of {tries}).", time=duration(seconds), attempt=attempt, tries=tries
        )
        self.note(f"{error.reason} {again}")

    def _line(self, file: LocalFile, count: int) -> str:
        seconds = time.monotonic() - self._started_at
        speed = (count - self._first) / seconds if seconds > 0 else 0.0
        words = [f"{file.name} {percent(count / file.size)} ({size(file.size)})"]
        if speed > 0:
            words += [f"{size(speed)}/s", say("{time} left", time=duration((file.size - count) / speed))]
        return ", ".join(words)

    def __enter__(self) -> UploadReport:
        if self.console.is_terminal:  # elsewhere even a bar that is switched off leaves an empty line
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.console.is_terminal:
            self._bar.stop()


class _Words(ProgressColumn):
    """``37%, 1.2 MB/s, 8 s left``."""

    def render(self, task: Task) -> Text:
        words = [percent(task.percentage / 100)]
        if task.speed:
            words.append(f"{size(task.speed)}/s")
        if task.time_remaining is not None:
            words.append(say("{time} left", time=duration(task.time_remaining)))
        return Text(", ".join(words))
