"""``python -m grader hide QUESTION.json``: the checkpoint in which Charlie hides, made by hand."""

import argparse
import tempfile
from pathlib import Path
from typing import Any, Final

from grader import make_answer_key
from grader.commands.key import bad_question, read_question
from grader.errors import SubmissionError

HELP: Final = "hide Charlie in a checkpoint as for a pair, and say where he is"
KIND: Final = "hidden_charlie"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION.json", help="a question of the kind hidden_charlie")
    parser.add_argument("--weights", type=Path, metavar="FILE", help='the checkpoint behind "model": "course"')
    parser.add_argument("--output", type=Path, metavar="FILE", required=True, help="where to write the pair's own")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Write the file; the answer key's truth and notes. Raises SubmissionError, as for a file that is there already."""
    question = read_question(arguments.question)
    if question.get("kind") != KIND:
        raise bad_question(f"a question of the kind {KIND} is expected", f"une question du type {KIND} est attendue")
    with tempfile.TemporaryDirectory() as folder:
        key = make_answer_key(question, weights=arguments.weights, materials=Path(folder))
        if key.material is None:
            raise TypeError("a hidden Charlie without a file")
        _write(arguments.output, (Path(folder) / key.material.file).read_bytes())
    return {
        "output": str(arguments.output),
        "digest": key.material.digest,
        "truth": key.to_json()["truth"],
        "notes": list(key.notes),
    }


def describe(result: dict[str, Any]) -> str:
    """Where the file is, and where Charlie is in it."""
    place = ", ".join(map(str, result["truth"]))
    return "\n".join([f"{result['output']} ({result['digest']})", f"Charlie is at {place}", *result["notes"]])


def _write(path: Path, content: bytes) -> None:
    """A new file: a checkpoint that is there already is somebody's training."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise SubmissionError(
            "output_not_written",
            {"en": f"{path} cannot be written", "fr": f"{path} ne peut pas être écrit"},
            {
                "en": "Name a file that does not exist yet, in a folder that does.",
                "fr": "Nommez un fichier qui n'existe pas encore, dans un dossier qui existe.",
            },
        ) from error
