"""``dlcv choose ID``: the submission that stands for one's pair at the end, where the task lets pairs choose."""

from __future__ import annotations

import argparse

from dlcv import api
from dlcv.language import say
from dlcv.shown import Result, line
from dlcv.site import site

HELP = "choose the submission that counts for your pair at the end"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=int, metavar="ID", help=say("the number of the submission"))


def run(arguments: argparse.Namespace) -> Result:
    said = api.choose(site(arguments), arguments.id)
    chosen = say("Submission {number} stands for your pair.", number=arguments.id)
    return Result({"id": arguments.id, **said}, lambda console: line(console, chosen))
