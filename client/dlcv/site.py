"""What every command that asks the site begins with."""

from __future__ import annotations

import argparse
import os
import sys

from dlcv.account import Account, current
from dlcv.errors import Refused
from dlcv.language import say
from dlcv.patience import Notice, Patience
from dlcv.printable import one_line
from dlcv.progress import UploadReport
from dlcv.shown import messages
from dlcv.transport import Server


def add_network_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(say("network"))
    group.add_argument("--ca-bundle", metavar="FILE", default="", help=say("certificates to trust (PEM)"))
    group.add_argument("--insecure-http", action="store_true", help=say("allow plain http beyond this machine"))
    group.add_argument(
        "--timeout", type=seconds, default=60.0, metavar="SECONDS", help=say("how long an answer may take (60)")
    )
    group.add_argument(
        "--retries", type=count, default=10, metavar="N", help=say("tries in a row without progress (10)")
    )


def site(arguments: argparse.Namespace, notice: Notice | None = None) -> Server:
    """The site one is signed in to. Raises Refused."""
    account = current(ca_bundle=arguments.ca_bundle, insecure_http=arguments.insecure_http)
    return server_of(account, arguments, notice)


def server_of(account: Account, arguments: argparse.Namespace, notice: Notice | None = None) -> Server:
    if account.ca_bundle and not os.path.exists(account.ca_bundle):
        raise Refused(say("There is no file {path}.", path=one_line(account.ca_bundle)), code="no_file")
    told = notice or UploadReport(messages()).waiting
    patience = Patience(arguments.retries, told)
    return Server(account, timeout_seconds=arguments.timeout, patience=patience)


def is_interactive() -> bool:
    return sys.stdin.isatty()


def require_terminal(advice: str) -> None:
    """Raises Refused where nobody could answer a question."""
    if not is_interactive():
        raise Refused(say("There is no terminal to ask at."), advice, code="no_terminal")


def seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 3600:
        raise ValueError(text)
    return value


def count(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 1000:
        raise ValueError(text)
    return value
