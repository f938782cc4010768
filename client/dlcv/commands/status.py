"""``dlcv status [ID]``: where a submission stands, or all of one's own."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console
from rich.table import Table

from dlcv import api
from dlcv.errors import DONE, Refused
from dlcv.language import say
from dlcv.numbers import percent
from dlcv.printable import one_line
from dlcv.shown import Result, line, messages
from dlcv.site import site
from dlcv.status_shown import EXIT_CODES, show, stage
from dlcv.transport import Server
from dlcv.watching import watch

HELP = "where a submission stands, and what came out"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", type=int, metavar="ID", help=say("its number; without it, the list of yours"))
    parser.add_argument("--task", default="", metavar="NAME", help=say("of this task alone"))
    parser.add_argument("--watch", action="store_true", help=say("wait for the end (of the newest, without a number)"))


def run(arguments: argparse.Namespace) -> Result:
    server = site(arguments)
    number = arguments.id
    if number is None:
        found = _listed(server, arguments.task)
        if not arguments.watch:
            return Result({"submissions": found}, lambda console: _show_list(console, found))
        if not found:
            raise Refused(say("Your pair has handed in nothing yet."), code="no_submission")
        number = int(found[0]["id"])
    one = watch(server, number, messages()) if arguments.watch else api.submission(server, number)
    metric = next((t.get("metric") for t in api.tasks(server) if t.get("slug") == one.get("task")), "map50_95")
    return Result(one, lambda console: show(console, one, str(metric)), EXIT_CODES.get(str(one.get("status")), DONE))


def _listed(server: Server, task: str) -> list[dict[str, Any]]:
    slugs = [api.find_task(server, task)["slug"]] if task else [one["slug"] for one in api.tasks(server)]
    found = [one for slug in slugs for one in api.submissions(server, slug)]
    return sorted(found, key=lambda one: int(one["id"]), reverse=True)


def _show_list(console: Console, submissions: list[dict[str, Any]]) -> None:
    if not submissions:
        line(console, say("Your pair has handed in nothing yet."))
        return
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column(say("number"), justify="right", no_wrap=True)
    for heading in (say("task"), say("pair"), say("file"), say("state")):
        table.add_column(heading, overflow="fold")
    table.add_column(say("score"), justify="right", no_wrap=True)
    for one in submissions:
        name = (one.get("checkpoint") or {}).get("name", "")
        words = [one_line(word) for word in (one.get("task"), one.get("pair"), name, stage(one))]
        table.add_row(one_line(one.get("id")), *words, percent(one.get("score")))
    console.print(table)
