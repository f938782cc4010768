"""The client's own words: complete in French and English, and its command line in both."""

import ast
import re
from pathlib import Path

import pytest
from dlcv import cli
from dlcv.commands import NAMES
from dlcv.french import SENTENCES
from dlcv.language import language

from tests.client.live_site import REPOSITORY

PACKAGE = REPOSITORY / "client" / "dlcv"
MODULES = sorted(PACKAGE.rglob("*.py"))
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def sentences_of(path: Path) -> set[str]:
    """Every literal that is said: ``say("…")``, a command's HELP, an error's word."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            found |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            found |= {node.value.value} if names & {"HELP", "word"} else set()
    return found


def test_every_sentence_is_there_in_french_and_none_is_left_over() -> None:
    said = set().union(*(sentences_of(path) for path in MODULES))
    assert said - set(SENTENCES) == set()
    assert set(SENTENCES) - said == set()


@pytest.mark.parametrize("english", SENTENCES)
def test_both_languages_quote_the_same_things_and_french_has_its_spaces(english: str) -> None:
    french = SENTENCES[english]
    assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(french))
    assert not re.search(r" [:;?!»%]|« ", french)


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "fr:en"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_environment_says_which_language(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], spoken: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language() == spoken


@pytest.mark.parametrize("words", [[], *([name] for name in NAMES)], ids=lambda words: " ".join(words) or "dlcv")
@pytest.mark.parametrize(
    ("lang", "options"), [("fr_FR.UTF-8", "montrer cette aide"), ("en_GB.UTF-8", "show this help")]
)
def test_help_is_there_for_every_command_in_both_languages(
    words: list[str], lang: str, options: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANGUAGE", lang)
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--help"])
    assert ended.value.code == 0
    assert options in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [[], ["dance"], ["submit"], ["status", "twelve"], ["board", "--size", "q"], ["tasks", "--timeout", "0"], ["-x"]],
)
def test_a_command_line_that_cannot_be_read_is_refused_in_one_line(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    assert cli.main(words) == 2
    heard = capsys.readouterr()
    assert heard.err.startswith("refusé\N{NO-BREAK SPACE}: ")
    assert heard.out == ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_every_module_is_python_3_8(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 8))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    assert imports or len(tree.body) <= 4  # annotations are never evaluated: they may be written as today
