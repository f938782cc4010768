"""``dlcv logout``: forget the token of the current site."""

from __future__ import annotations

import argparse

from dlcv import account
from dlcv.address import site_address
from dlcv.errors import Refused
from dlcv.language import say
from dlcv.shown import Result, line

HELP = "forget the token on this machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", nargs="?", default="", metavar="URL", help=say("the address of the site"))


def run(arguments: argparse.Namespace) -> Result:
    url = arguments.url or account.last_url()
    url = site_address(url, insecure_http=True) if url else ""
    if not account.forget(url):
        raise Refused(say("You are signed in nowhere."), code="not_signed_in")
    gone = say(
        "The token of {url} is gone from this machine. It stays valid: “Make a new token” in “My account” ends it.",
        url=url,
    )
    return Result({"url": url}, lambda console: line(console, gone))
