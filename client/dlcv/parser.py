"""The command line, in the reader's language."""

from __future__ import annotations

import argparse
import importlib
from typing import Any, NoReturn

from dlcv import __version__
from dlcv.commands import NAMES
from dlcv.errors import Refused
from dlcv.french import ARGPARSE
from dlcv.language import language, say
from dlcv.site import add_network_arguments


class Parser(argparse.ArgumentParser):
    """Its complaints are refusals as all others."""

    def error(self, message: str) -> NoReturn:
        raise Refused(message, say("{program} --help explains.", program=self.prog), code="usage")


def parser() -> Parser:
    _speak()
    whole = Parser(
        prog="dlcv",
        description=say("Hand in checkpoints to a DLCV Quest site, and follow them."),
        epilog=say("Exit codes: 0 done, 2 refused (the reason is said), 1 a failure of ours or of the network."),
    )
    whole.add_argument("--version", action="version", version=f"dlcv {__version__}", help=say("show the version"))
    commands = whole.add_subparsers(title=say("commands"), metavar=say("COMMAND"), dest="command", required=True)
    for name in NAMES:
        command: Any = importlib.import_module(f"dlcv.commands.{name}")
        own = commands.add_parser(name, help=say(command.HELP), description=say(command.HELP))
        command.add_arguments(own)
        own.add_argument("--json", action="store_true", help=say("print one JSON object and nothing else"))
        add_network_arguments(own)
        own.set_defaults(run=command.run)
    return whole


def _speak() -> None:
    """argparse asks gettext for its own words, by names of its module; a table of ours stands in for a catalogue."""

    def singular(message: str) -> str:
        return ARGPARSE.get(message, message) if language() == "fr" else message

    def plural(one: str, many: str, count: int) -> str:
        return singular(one if count == 1 else many)

    setattr(argparse, "_", singular)  # noqa: B010  (mypy knows no such name, and there is none documented)
    setattr(argparse, "ngettext", plural)  # noqa: B010
