"""``dlcv board``: who is where."""

from __future__ import annotations

import argparse
from typing import Any

from dlcv import api, patience
from dlcv.board_shown import show
from dlcv.errors import Refused
from dlcv.language import say
from dlcv.shown import Result, answers
from dlcv.site import site
from dlcv.transport import Server

HELP = "the leaderboard"
PAUSE_SECONDS = 5.0
#: Our option's name → the call's parameter.
_FILTERS = {
    "group": "group",
    "class_name": "class",
    "size": "size",
    "image_size": "image_size",
    "frozen": "frozen",
    "matches_lot": "matches_lot",
    "at_most_parameters": "at_most_parameters",
}
_YES_OR_NO = ("yes", "no")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--task", default="", metavar="NAME", help=say("for which task (needed when there are several)")
    )
    parser.add_argument("--watch", action="store_true", help=say("show it again whenever it changes, until Ctrl-C"))
    group = parser.add_argument_group(say("which rows"))
    group.add_argument("--group", metavar="NAME", help=say("of this group alone"))
    group.add_argument("--class", dest="class_name", metavar="NAME", help=say("by the AP of this class"))
    group.add_argument("--size", choices=tuple("nsmlx"), help=say("that drew this size of network"))
    group.add_argument("--image-size", type=int, metavar="PIXELS", help=say("that drew this image size"))
    group.add_argument("--frozen", choices=_YES_OR_NO, help=say("that drew a frozen backbone, or not"))
    group.add_argument("--matches-lot", choices=_YES_OR_NO, help=say("whose network is the one they drew, or not"))
    group.add_argument("--at-most-parameters", type=int, metavar="N", help=say("with so many parameters at most"))


def run(arguments: argparse.Namespace) -> Result:
    if arguments.watch and arguments.json:
        raise Refused(say("--watch and --json do not go together here: a board has no end."), code="usage")
    server = site(arguments)
    task = api.find_task(server, arguments.task)
    filters = {
        parameter: str(getattr(arguments, name))
        for name, parameter in _FILTERS.items()
        if getattr(arguments, name) is not None
    }
    own = _own_pair(server, task)
    if arguments.watch:
        _watch(server, task, filters, own)
    board = api.leaderboard(server, task["slug"], filters)
    data = {"task": task["slug"], "own_pair": own or None, **board}
    return Result(data, lambda console: show(console, board, task=task, own=own, filters=filters))


def _watch(server: Server, task: dict[str, Any], filters: dict[str, str], own: str) -> None:
    """Until Ctrl-C, which ends it well."""
    console, shown = answers(), None
    while True:
        board = api.leaderboard(server, task["slug"], filters)
        if board != shown:
            console.clear()  # nothing without a terminal
            show(console, board, task=task, own=own, filters=filters)
            shown = board
        patience.sleep(PAUSE_SECONDS)


def _own_pair(server: Server, task: dict[str, Any]) -> str:
    """The name of one's pair; an instructor, who sees everybody's submissions, has none."""
    names = {str(one.get("pair")) for one in api.submissions(server, task["slug"])}
    return names.pop() if len(names) == 1 else ""
