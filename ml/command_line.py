"""What ``python -m ml`` and ``python -m grader`` have in common: exit codes, what a command is, how it is refused."""

import argparse
from typing import Any, Final, NoReturn, Protocol

DONE: Final = 0
FAILED: Final = 1
REFUSED: Final = 2


class Command(Protocol):
    """What a file of a ``commands`` folder offers."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, arguments: argparse.Namespace) -> dict[str, Any]: ...
    def describe(self, result: dict[str, Any]) -> str: ...


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are refusals like all others: one line, exit code 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(REFUSED, f"refused: {message} ({self.prog} --help explains)\n")


def one_line(text: str) -> str:
    """Whatever a sentence quotes, it stays one line of standard error."""
    return " ".join(text.split())
