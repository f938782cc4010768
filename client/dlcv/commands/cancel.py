"""``dlcv cancel ID``: take a submission out of the queue, or stop its evaluation."""

from __future__ import annotations

import argparse

from dlcv import api
from dlcv.language import say
from dlcv.shown import Result, line
from dlcv.site import site

HELP = "cancel a submission that waits or is being evaluated"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=int, metavar="ID", help=say("the number of the submission"))


def run(arguments: argparse.Namespace) -> Result:
    said = api.cancel(site(arguments), arguments.id)
    gone = say("Submission {number} is cancelled; it costs nothing of your quota.", number=arguments.id)
    return Result({"id": arguments.id, **said}, lambda console: line(console, gone))
