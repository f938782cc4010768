"""``dlcv submit best.pt --task charlie``: hand in a checkpoint; the same command again goes on where it stopped."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from dlcv import api
from dlcv.errors import DONE, Refused
from dlcv.language import say
from dlcv.printable import one_line
from dlcv.progress import UploadReport
from dlcv.shown import Result, line, messages
from dlcv.site import site
from dlcv.status_shown import EXIT_CODES, show, state_word
from dlcv.submitting import submit
from dlcv.transport import Server
from dlcv.watching import watch

HELP = "hand in a checkpoint"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help=say("the weights, such as runs/train/exp/weights/best.pt")
    )
    parser.add_argument(
        "--task", default="", metavar="NAME", help=say("for which task (needed when there are several)")
    )
    parser.add_argument(
        "--configuration",
        default="",
        metavar="NAME",
        help=say("which network a plain state_dict belongs to: yolov5s, yolov8n …"),
    )
    parser.add_argument("--watch", action="store_true", help=say("wait for the score"))


def run(arguments: argparse.Namespace) -> Result:
    report = UploadReport(messages())
    server = site(arguments, report.waiting)
    task = api.find_task(server, arguments.task)
    slug = str(task.get("slug"))
    if task.get("is_open") is False:
        raise Refused(
            say("The task {slug} takes no more submissions.", slug=slug),
            say("Ask your instructor if you think this is a mistake."),
            code="task_is_closed",
        )
    with report:
        receipt = submit(server, arguments.file, task=slug, configuration=arguments.configuration, report=report)
    if arguments.watch:
        return _watched(server, receipt, str(task.get("metric")))
    return Result(receipt, lambda console: _show(console, receipt))


def _watched(server: Server, receipt: dict[str, Any], metric: str) -> Result:
    if receipt.get("recognised"):
        line(messages(), say("The site has this file already: here is what it knows of it."))
    one = watch(server, receipt["id"], messages())
    return Result(one, lambda console: show(console, one, metric), EXIT_CODES.get(str(one.get("status")), DONE))


def _show(console: Console, receipt: dict[str, Any]) -> None:
    number = one_line(receipt["id"])
    if receipt.get("recognised"):
        line(console, say("The site has this file already: here is what it knows of it."))
    words = say("Handed in as number {id}: {state}.", id=number, state=state_word(receipt.get("status")))
    place = receipt.get("position")
    line(console, words + (" " + say("Place {place} in the queue.", place=place) if place else ""), "bold")
    line(console, say("The file arrived whole (SHA-256 {digest}…).", digest=one_line(receipt["sha256"])[:12]))
    line(console, say("Follow it: dlcv status {id} --watch", id=number))
