"""``python -m grader COMMAND …``: the grader on the command line, without the site.

Exit codes: 0 done; 2 the input was refused, with one line ``refused: <reason>`` on standard error; 1 our own failure,
with an id (``--debug`` or ``DLCV_DEBUG=1`` shows the traceback). With ``--json``, standard output holds one JSON
object; ``check --lines`` prints one for each line. ``cards`` prints what it found before it says 2.
"""

import argparse
import contextlib
import importlib
import json
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import Any, Final, cast

from grader.commands import NAMES
from grader.errors import GraderError, SubmissionError
from ml.command_line import DONE, FAILED, REFUSED, Command, Parser, one_line

_NEGATIVE: Final = re.compile(r"-[0-9.,]")
_OPTION: Final = re.compile(r"--?[a-z]")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        arguments = _parse(words)
        # Libraries greet people on standard output; it is kept for the answer.
        with contextlib.redirect_stdout(sys.stderr):
            result = arguments.command.run(arguments)
        return _print(arguments, result)
    except SubmissionError as refusal:
        print(one_line(f"refused: {refusal.reason['en']}. {refusal.advice['en']}"), file=sys.stderr)
        return REFUSED
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return _report(error, debug="--debug" in words)


def _parse(words: list[str]) -> argparse.Namespace:
    """Options may stand between a command's words, which argparse alone does not allow for a list of them."""
    parser = _parser(words)
    arguments, left_over = parser.parse_known_args(_negative_numbers_last(words))
    if left_over:
        if not hasattr(arguments, "words") or any(_OPTION.match(word) for word in left_over):
            parser.error(f"unrecognized arguments: {' '.join(left_over)}")
        arguments.words += [word for word in left_over if word != "--"]
    return arguments


def _parser(words: Sequence[str]) -> Parser:
    parser = Parser(prog="python -m grader", description="Answer keys, verdicts and evaluation jobs, by hand.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    # Only what is asked for is imported, unless the answer is the list of all.
    wanted = [words[0]] if words and words[0] in NAMES else NAMES
    for name in wanted:
        command = cast("Command", importlib.import_module(f"grader.commands.{name}"))
        own = commands.add_parser(name, help=command.HELP, description=command.HELP)
        command.add_arguments(own)
        own.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        own.add_argument("--debug", action="store_true", help="show the traceback of a failure of ours")
        own.set_defaults(command=command)
    return parser


def _negative_numbers_last(words: list[str]) -> list[str]:
    """An answer such as -0,0123 is no option: it goes after ``--``, where argparse lets words alone."""
    if "--" in words:
        return words
    negative = [word for word in words if _NEGATIVE.match(word)]
    if not negative:
        return words
    return [*(word for word in words if word not in negative), "--", *negative]


def _print(arguments: argparse.Namespace, result: dict[str, Any]) -> int:
    lines = result.get("lines")
    if arguments.json and lines is None:
        print(json.dumps(result, ensure_ascii=False), flush=True)
    else:
        print(arguments.command.describe(result), flush=True)
    is_refused = any("refused" in line for line in lines or ())
    return REFUSED if is_refused or result.get("problems") else DONE


def _report(error: Exception, *, debug: bool) -> int:
    if debug or os.environ.get("DLCV_DEBUG") == "1":
        traceback.print_exception(error)
    failure = error if isinstance(error, GraderError) else GraderError(str(error))
    what = str(error) if isinstance(error, GraderError) else type(error).__name__
    print(one_line(f"failed: an error of ours, {failure.id} ({what}); --debug shows it"), file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
