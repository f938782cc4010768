"""``dlcv tasks``: what one may hand in for."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console
from rich.table import Table

from dlcv import api
from dlcv.language import in_language, say
from dlcv.printable import one_line
from dlcv.shown import Result, line
from dlcv.site import site
from dlcv.status_shown import metric_name

HELP = "list the tasks of your course"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to say."""


def run(arguments: argparse.Namespace) -> Result:
    found = api.tasks(site(arguments))
    return Result({"tasks": found}, lambda console: _show(console, found))


def _show(console: Console, tasks: list[dict[str, Any]]) -> None:
    if not tasks:
        line(console, say("Your course has no task."))
        return
    table = Table(box=None, pad_edge=False, show_edge=False)
    for heading in (say("task"), say("title"), say("score"), say("image size"), say("classes"), say("state")):
        table.add_column(heading, overflow="fold")
    for task in tasks:
        table.add_row(
            one_line(task.get("slug")),
            in_language(task.get("title")),
            metric_name(task.get("metric")),
            one_line(task.get("image_size")),
            ", ".join(one_line(name) for name in task.get("classes") or ()),
            say("open") if task.get("is_open") else say("closed"),
        )
    console.print(table)
