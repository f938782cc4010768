"""``dlcv login [URL]``: a token for a name and a password; the password is kept nowhere."""

from __future__ import annotations

import argparse
import getpass
import sys
from dataclasses import replace
from pathlib import Path

from dlcv import account, api
from dlcv.account import Account
from dlcv.address import site_address
from dlcv.errors import Refused
from dlcv.language import say
from dlcv.printable import one_line
from dlcv.shown import Result, line, messages
from dlcv.site import require_terminal, server_of

HELP = "sign in, and keep a token (never the password)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", nargs="?", default="", metavar="URL", help=say("the address of the site"))
    parser.add_argument("--user", default="", metavar="NAME", help=say("your sign-in name (asked otherwise)"))
    parser.add_argument(
        "--token-stdin", action="store_true", help=say("read a token from standard input instead of asking")
    )


def run(arguments: argparse.Namespace) -> Result:
    url = arguments.url or account.last_url() or _asked(say("Address of the site: "))
    address = site_address(url, insecure_http=arguments.insecure_http)
    nobody = Account(
        url=address,
        token="",
        ca_bundle=_whole_path(arguments.ca_bundle),
        insecure_http=arguments.insecure_http,
    )
    if address.startswith("http://") and arguments.insecure_http:
        line(messages(), say("Warning: everybody on the way can read what you send to {url}.", url=address))
    somebody = _by_token(nobody) if arguments.token_stdin else _by_password(nobody, arguments)
    courses_tasks = api.tasks(server_of(somebody, arguments))  # a token that does not work is not worth keeping
    account.remember(somebody)
    data = {"url": address, "user": somebody.user, "tasks": [task.get("slug") for task in courses_tasks]}
    kept = say("Signed in to {url}; the token is kept in {path}.", url=address, path=account.config_file())
    return Result(data, lambda console: line(console, kept))


def _by_token(nobody: Account) -> Account:
    return replace(nobody, token=account.checked_token(sys.stdin.readline()))


def _by_password(nobody: Account, arguments: argparse.Namespace) -> Account:
    user = arguments.user or _asked(say("Name: "))
    require_terminal(say("Give a token instead: dlcv login URL --token-stdin"))
    password = getpass.getpass(say("Password (not shown): "), stream=sys.stderr)
    token = api.token_for(server_of(nobody, arguments), user=user, password=password)
    return replace(nobody, token=account.checked_token(token), user=one_line(user))


def _asked(question: str) -> str:
    require_terminal(say("Give a token instead: dlcv login URL --token-stdin"))
    print(question, end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip()
    if not answer:
        raise Refused(say("Nothing was answered."), code="no_answer")
    return answer


def _whole_path(ca_bundle: str) -> str:
    """Kept as an absolute path: the next command runs elsewhere."""
    return str(Path(ca_bundle).resolve()) if ca_bundle else ""
