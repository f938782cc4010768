"""``dlcv log ID``: what the evaluation wrote down, as far as one may read it."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console
from rich.text import Text

from dlcv import api
from dlcv.language import say
from dlcv.printable import clean
from dlcv.shown import Result, line
from dlcv.site import site

HELP = "what the evaluation wrote down"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=int, metavar="ID", help=say("the number of the submission"))


def run(arguments: argparse.Namespace) -> Result:
    said = api.log(site(arguments), arguments.id)
    return Result({"id": arguments.id, **said}, lambda console: _show(console, said))


def _show(console: Console, said: dict[str, Any]) -> None:
    written = said.get("lines") or said.get("log") or ""
    lines = written if isinstance(written, list) else str(written).splitlines()
    for one in lines:
        console.print(Text(clean(str(one)).replace("\n", " ").replace("\t", "    ")))
    if not lines:
        line(console, say("The evaluation has written nothing yet."))
