"""Follow a submission until it has ended; the answer comes back whole."""

from __future__ import annotations

import contextlib
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from dlcv import api, patience
from dlcv.printable import one_line
from dlcv.shown import line
from dlcv.status_shown import ENDED, share_done, stage
from dlcv.transport import Server

FIRST_PAUSE_SECONDS = 1.0
#: Whoever waits long is asked for less often.
LONGEST_PAUSE_SECONDS = 5.0


def watch(server: Server, number: int, console: Console) -> dict[str, Any]:
    """The submission once it has ended. Raises Stopped."""
    pause, shown = FIRST_PAUSE_SECONDS, ""
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar if console.is_terminal else contextlib.nullcontext():
        task = bar.add_task("", total=None)
        while True:
            one = api.submission(server, number)
            if one.get("status") in ENDED:
                return one
            now, share = one_line(stage(one)), share_done(one)
            bar.update(task, description=now, total=None if share is None else 1.0, completed=share or 0.0)
            if now != shown and not console.is_terminal:
                line(console, now)
            shown = now
            patience.sleep(pause)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 1.25)
