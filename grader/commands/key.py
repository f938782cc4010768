"""``python -m grader key QUESTION.json``: the truth and the labelled mistakes, from the real model."""

import argparse
import json
from pathlib import Path
from typing import Any, Final

from grader import make_answer_key
from grader.errors import SubmissionError

HELP: Final = "make the answer key of a question: the truth, and what each classic mistake would give"
LONGEST_QUESTION: Final = 100_000  # bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION.json", help="a question: a file's path, or the JSON itself")
    parser.add_argument("--weights", type=Path, metavar="FILE", help='the checkpoint behind "model": "course"')


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The key's JSON. Raises SubmissionError when the question or its model is refused."""
    return make_answer_key(read_question(arguments.question), weights=arguments.weights).to_json()


def describe(result: dict[str, Any]) -> str:
    """The truth, then one line for each mistake."""
    lines = [f"truth: {_shown(result['truth'])}", f"model: {result['model_digest']}"]
    lines += [f"note: {note}" for note in result["notes"]]
    if result["collides"]:
        lines.append("the truth coincides with one of the mistakes: this variant is never drawn")
    width = max((len(mistake["code"]) for mistake in result["mistakes"]), default=0)
    rows = [
        f"  {mistake['code']:<{width}}  {_shown(mistake['value'])}  ({mistake['detail']})"
        for mistake in result["mistakes"]
    ]
    return "\n".join([*lines, "mistakes:", *rows])


def read_question(text: str) -> dict[str, Any]:
    """A question from a path or from JSON. Raises SubmissionError (``bad_question``)."""
    try:
        content = text if text.lstrip().startswith("{") else _read_file(text)
    except (OSError, ValueError) as error:
        shown = text[:200]
        raise bad_question(f"{shown} cannot be read", f"{shown} est illisible") from error
    return parse_question(content)


def parse_question(content: str) -> dict[str, Any]:
    """A question from JSON. Raises SubmissionError (``bad_question``)."""
    try:
        question = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise bad_question(f"this is not JSON: {error}", f"ce n'est pas du JSON : {error}") from error
    if not isinstance(question, dict):
        raise bad_question("a question is a JSON object", "une question est un objet JSON")
    return question


def bad_question(reason: str, french: str) -> SubmissionError:
    return SubmissionError(
        "bad_question",
        {"en": reason, "fr": french},
        {
            "en": 'A question looks like {"kind": "tensor_shape", "model": "yolov5s", "image_size": [512, 512],'
            ' "layer": 17}.',
            "fr": 'Une question ressemble à {"kind": "tensor_shape", "model": "yolov5s", "image_size": [512, 512],'
            ' "layer": 17}.',
        },
    )


def _read_file(text: str) -> str:
    path = Path(text)
    if path.stat().st_size > LONGEST_QUESTION:
        raise ValueError(f"larger than {LONGEST_QUESTION} bytes")
    return path.read_text(encoding="utf-8")


def _shown(value: Any) -> str:
    return " × ".join(map(str, value)) if isinstance(value, list) else repr(value)
