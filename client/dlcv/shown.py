"""Where words go: the answer to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any, Callable

from rich.console import Console
from rich.text import Text

from dlcv.errors import DONE
from dlcv.printable import one_line

#: Where there is no terminal nothing needs to fit: one row stays one line.
PIPE_WIDTH = 400


@dataclass(frozen=True)
class Result:
    """What a command found: as JSON, or shown."""

    data: dict[str, Any]
    show: Callable[[Console], None]
    exit_code: int = DONE


def answers() -> Console:
    """No markup, no emoji codes, no highlighting: what the server says stays what it says."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(markup=False, emoji=False, highlight=False, width=width)


def messages() -> Console:
    return Console(stderr=True, markup=False, emoji=False, highlight=False, soft_wrap=True)


def line(console: Console, sentence: object, style: str = "") -> None:
    console.print(Text(one_line(sentence), style=style))


def print_json(data: dict[str, Any]) -> None:
    """One object on one line, all ASCII: no character of it drives a terminal."""
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()
