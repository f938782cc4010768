"""``python -m ml COMMAND …``: the models and the measures on the command line, without the site.

Exit codes: 0 done; 2 the input was refused, with one line ``refused: <reason>`` on standard error; 1 our own failure,
with an id (``--debug`` or ``DLCV_DEBUG=1`` shows the traceback). With ``--json``, standard output holds one JSON
object.
"""

import contextlib
import importlib
import json
import math
import os
import secrets
import sys
import traceback
from collections.abc import Sequence
from typing import Any, cast

from ml.command_line import DONE, FAILED, REFUSED, Command, Parser, one_line
from ml.commands import NAMES
from ml.errors import Refused


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        arguments = _parser(words).parse_args(words)
        # Libraries greet people on standard output; it is kept for the answer.
        with contextlib.redirect_stdout(sys.stderr):
            result = arguments.command.run(arguments)
            answer = _json(result) if arguments.json else arguments.command.describe(result)
        print(answer, flush=True)
    except Refused as refusal:
        print(one_line(f"refused: {refusal.reason['en']}. {refusal.advice['en']}"), file=sys.stderr)
        if "--explain" in words:
            explained = {"code": refusal.code, "reason": refusal.reason, "advice": refusal.advice}
            print(json.dumps(explained, ensure_ascii=False), flush=True)
        return REFUSED
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        return _report(error, debug="--debug" in words)
    return DONE


def _parser(words: Sequence[str]) -> Parser:
    parser = Parser(prog="python -m ml", description="Networks, their measures, and people's checkpoints.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    # Only what is asked for is imported, unless the answer is the list of all.
    wanted = [words[0]] if words and words[0] in NAMES else NAMES
    for name in wanted:
        command = cast("Command", importlib.import_module(f"ml.commands.{name}"))
        own = commands.add_parser(name, help=command.HELP, description=command.HELP)
        command.add_arguments(own)
        own.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        own.add_argument("--explain", action="store_true", help="say a refusal on standard output too: JSON, en and fr")
        own.add_argument("--debug", action="store_true", help="show the traceback of a failure of ours")
        own.set_defaults(command=command)
    return parser


def _json(result: dict[str, Any]) -> str:
    return json.dumps(_without_nan(result), ensure_ascii=False, allow_nan=False)


def _without_nan(value: Any) -> Any:
    """JSON has no NaN and no infinity: null says that there is no number."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _report(error: Exception, *, debug: bool) -> int:
    if debug or os.environ.get("DLCV_DEBUG") == "1":
        traceback.print_exception(error)
    failure = secrets.token_hex(4)
    print(f"failed: an error of ours, {failure} ({type(error).__name__}); --debug shows it", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
