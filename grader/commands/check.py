"""``python -m grader check``: one answer, a file of them, or what is handed in, judged as on the site."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from challenges.kinds import KINDS
from grader import AnswerKey, check_answer, check_hand_in, make_answer_key
from grader.commands.key import bad_question, parse_question, read_question
from grader.errors import SubmissionError

HELP: Final = "judge an answer: right, wrong and by which mistake, or not readable"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        metavar="QUESTION.json ANSWER",
        nargs="*",
        help='a question (a file\'s path, or the JSON itself), and what a student typed: "1x128x64x64"',
    )
    parser.add_argument(
        "--lines",
        type=Path,
        metavar="FILE.jsonl",
        help='many: a line {"question": {…}, "answer": "…"} in, a line of verdict out, in order',
    )
    parser.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="PART=FILE",
        help="a file that is handed in, instead of an answer: labels=labels.zip, train=train.txt; once for each part",
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help='the checkpoint behind "model": "course"')


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The verdict's JSON, or all of them under ``lines``. Raises SubmissionError."""
    judge = _Judge(arguments.weights)
    if arguments.lines is not None:
        if arguments.words:
            raise bad_question("give a question or --lines, not both", "donnez une question ou --lines, pas les deux")
        return {"lines": list(_judged(arguments.lines, judge))}
    if arguments.file:
        if len(arguments.words) != 1:
            raise bad_question("a question and its --file are expected", "une question et ses --file sont attendus")
        return judge.hand_in(read_question(arguments.words[0]), arguments.file)
    if len(arguments.words) != 2:
        raise bad_question("a question and an answer are expected", "une question et une réponse sont attendues")
    question, answer = arguments.words
    return judge(read_question(question), answer)


def describe(result: dict[str, Any]) -> str:
    """The verdict and its advice, with what was found in a hand-in; for many, one line of JSON each."""
    if "lines" in result:
        return to_lines(result)
    found = "".join(f"\n- {finding['where']}: {finding['text']['en']}" for finding in result.get("findings", ()))
    mistake = f" ({result['mistake']})" if result["mistake"] else ""
    understood = f"understood: {result['understood']}\n" if result["understood"] else ""
    return f"{understood}{result['verdict']}{mistake}\n{result['advice']['en']}\n{result['advice']['fr']}{found}"


def to_lines(result: dict[str, Any]) -> str:
    """One line of JSON for each verdict."""
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in result["lines"])


class _Judge:
    """Makes each question's key once, however many answers there are to it."""

    def __init__(self, weights: Path | None) -> None:
        self._weights = weights
        self._keys: dict[str, AnswerKey] = {}

    def __call__(self, question: dict[str, Any], answer: str) -> dict[str, Any]:
        return check_answer(question, self._key(question), answer).to_json()

    def hand_in(self, question: dict[str, Any], files: list[str]) -> dict[str, Any]:
        """The report on files that are handed in."""
        key = self._key(question)
        return check_hand_in(question, key, _parts(str(question["kind"]), files)).to_json()

    def _key(self, question: dict[str, Any]) -> AnswerKey:
        name = json.dumps(question, sort_keys=True)
        if name not in self._keys:
            self._keys[name] = make_answer_key(question, weights=self._weights)
        return self._keys[name]


def _parts(kind: str, files: list[str]) -> dict[str, Path]:
    """``PART=FILE`` words, each part one that the kind has and a machine checks, each file there."""
    names = [part.name for part in KINDS[kind].parts if part.checked_by == "machine"]
    found: dict[str, Path] = {}
    for word in files:
        part, _, path = word.partition("=")
        if part not in names or part in found:
            raise bad_question(
                f"--file is PART=FILE, each part once: {', '.join(names) or 'none here'}",
                f"--file est PARTIE=FICHIER, chaque partie une fois : {', '.join(names) or 'aucune ici'}",
            )
        found[part] = Path(path)
        if not found[part].is_file():
            raise bad_question(f"{path} is not a file", f"{path} n'est pas un fichier")
    return found


def _judged(file: Path, judge: _Judge) -> Iterator[dict[str, Any]]:
    """A verdict for each line that is not blank. A line that is refused says so in its place and does not stop us."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise bad_question(f"{file.name} cannot be read", f"{file.name} est illisible") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield judge(*_read_line(line))
        except SubmissionError as refusal:
            print(f"refused: line {number}: {refusal.reason['en']}", file=sys.stderr)
            yield {"verdict": None, "mistake": None, "advice": refusal.advice, "refused": refusal.reason}


def _read_line(line: str) -> tuple[dict[str, Any], str]:
    content = parse_question(line)
    question, answer = content.get("question"), content.get("answer")
    if isinstance(question, dict) and isinstance(answer, str):
        return question, answer
    raise bad_question(
        'a line is {"question": {…}, "answer": "…"}',
        'une ligne est {"question": {…}, "answer": "…"}',
    )
