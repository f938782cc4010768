"""``dlcv COMMAND …``.

Exit codes: 0 done; 2 refused, with ``refused: <reason>`` and an advice on standard error; 1 a failure of ours or of the
network; 130 interrupted. With ``--json``, standard output holds one JSON object, whatever happens: the answer, or
``{"error": {"code", "reason", "advice"}}``.
"""

from __future__ import annotations

import io
import os
import sys
import traceback

from dlcv.errors import FAILED, INTERRUPTED, Stopped
from dlcv.language import say
from dlcv.parser import parser
from dlcv.printable import one_line
from dlcv.shown import answers, line, messages, print_json


def main(argv: list[str] | None = None) -> int:
    """Run one command and return the exit code."""
    words = sys.argv[1:] if argv is None else argv
    _bear_any_terminal()
    try:
        return _run(words)
    except Stopped as stopped:
        return _stopped(stopped, wants_json="--json" in words)
    except KeyboardInterrupt:
        return _interrupted(words)
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _bug(error, wants_json="--json" in words)


def _run(words: list[str]) -> int:
    arguments = parser().parse_args(words)
    result = arguments.run(arguments)
    if arguments.json:
        print_json(result.data)
    else:
        result.show(answers())
    return int(result.exit_code)


def _stopped(stopped: Stopped, *, wants_json: bool) -> int:
    console = messages()
    line(console, say(stopped.word, reason=stopped.reason))
    if stopped.advice:
        line(console, stopped.advice)
    if wants_json:
        print_json(stopped.to_json())
    return stopped.exit_code


def _interrupted(words: list[str]) -> int:
    console = messages()
    line(console, "")
    if "submit" in words[:1]:
        line(console, say("Interrupted. Run the same command again: it goes on where it stopped."))
    elif "status" in words[:1]:
        line(console, say("Interrupted. The evaluation goes on without you: dlcv status shows where it is."))
    if "board" in words[:1] and "--watch" in words:
        return 0
    if "--json" in words:
        print_json({"error": {"code": "interrupted", "reason": "Ctrl-C", "advice": ""}})
    return INTERRUPTED


def _bug(error: Exception, *, wants_json: bool) -> int:
    """A failure of this program: never a traceback unless asked for, and never what was sent."""
    if os.environ.get("DLCV_DEBUG") == "1":
        traceback.print_exc()
    reason = say("The client itself failed: {error}", error=one_line(f"{type(error).__name__}: {error}")[:300])
    advice = say("DLCV_DEBUG=1 shows where; tell your instructor.")
    stopped = Stopped(reason, advice, code="client")
    _stopped(stopped, wants_json=wants_json)
    return FAILED


def _bear_any_terminal() -> None:
    """An old locale may lack letters: a question mark is better than a crash."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
