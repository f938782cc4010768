"""Every refusal has its sentence, and every sentence its refusal."""

import ast
import string
from pathlib import Path

import pytest

import ml.checkpoints
from ml.checkpoints.sentences import SENTENCES, refusal, shown

PACKAGE = Path(ml.checkpoints.__file__).parent
SOURCES = sorted(
    [
        *PACKAGE.glob("*.py"),
        *PACKAGE.parent.glob("engines/*.py"),
        PACKAGE.parent / "detection/predictor.py",
        PACKAGE.parent.parent / "grader/predict.py",
    ]
)


def words(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_code_is_raised_somewhere() -> None:
    said = set().union(*(words(ast.parse(path.read_text("utf-8"))) for path in SOURCES if path.stem != "sentences"))
    assert not SENTENCES.keys() - said


def test_every_refusal_raised_has_a_sentence_and_gives_its_facts() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refusal"):
                continue
            given = {keyword.arg for keyword in node.keywords}
            for code in words(node.args[0]) & SENTENCES.keys() if node.args else set():
                assert facts(code) <= given, f"{path.name}:{node.lineno} {code}"
            if isinstance(node.args[0], ast.Constant):
                assert node.args[0].value in SENTENCES, f"{path.name}:{node.lineno}"


def facts(code: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(SENTENCES[code][0][0]) if name}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_says_the_same_in_french_and_english(code: str) -> None:
    reason, advice = SENTENCES[code]
    named = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in reason]
    assert named[0] == named[1]
    assert reason[0] != reason[1]
    assert advice[0] != advice[1]
    assert not any(text.endswith(".") for text in reason)
    assert all(text.endswith(".") for text in advice)


def test_a_fact_of_the_file_is_short_and_printable_in_its_sentence() -> None:
    refused = refusal("forbidden_name", name="os\x1b[2J\n.system" + "x" * 10_000)
    assert "os·[2J·.system" in refused.reason["en"]
    assert len(refused.reason["fr"]) < 300
    assert shown("é" * 5) == "ééééé"


def test_braces_in_a_fact_are_text() -> None:
    assert "{name.__class__}" in refusal("forbidden_name", name="{name.__class__}").reason["en"]
