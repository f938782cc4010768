"""A teacher tries the quests before class."""

import json
import shutil
from pathlib import Path

import pytest

from challenges.spec import FOLDER
from grader.__main__ import main

QUEST = Path("where_is_charlie") / "quests" / "layer-17" / "quest.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A card of one quest, as somebody writes one: copied and changed."""
    card = tmp_path / "where_is_charlie"
    shutil.copytree((FOLDER / QUEST).parent, tmp_path / QUEST.parent)
    text = "slug: mine\nposition: 1\ntitle: {fr: Ma grille, en: My card}\nintro: {fr: Bonjour, en: Hello}\n"
    (card / "card.yaml").write_text(text, "utf-8")
    return tmp_path


def change(folder: Path, old: str, new: str) -> None:
    file = folder / QUEST
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def tried(folder: Path, capsys: pytest.CaptureFixture[str], *, samples: int = 1) -> tuple[int, dict[str, object]]:
    code = main(["cards", str(folder), "--samples", str(samples), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_good_quest_passes_and_its_keys_are_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = tried(folder, capsys, samples=2)
    assert code == 0
    assert result["problems"] == 0
    [quest] = result["quests"]  # type: ignore[misc]
    assert (quest["card"], quest["quest"]) == ("mine", "layer-17")
    assert quest["keys"] >= 2
    assert quest["mistakes"] > 10


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("1x128x64x40", "1x128x64x41", "“1x128x64x41” should be right, and is wrong"),
        ("channels_last: 1x64", "sign: 1x64", "should be sign, and is channels_last"),
        ("unexplained: 1x100x64x40", "unexplained: 1x128x64x40", "should be unexplained, and is correct"),
        ('malformed: ["128 canaux"', 'malformed: ["1x2x3"', "“1x2x3” should be malformed"),
        ("- 128*64*64", "- presque", "“presque” should be readable"),
        ("layer: 17, image", "layer: 170, image", "no key for the example"),
    ],
)
def test_an_example_that_is_judged_otherwise_is_a_problem(
    folder: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, problem: str
) -> None:
    change(folder, old, new)
    code, result = tried(folder, capsys)
    assert code == 2
    assert problem in json.dumps(result, ensure_ascii=False)


def test_a_layer_that_the_network_does_not_have_is_a_problem_of_the_sample(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "layer: [10, 11, 13, 14, 15, 17, 18, 21]", "layer: [99]")
    code, result = tried(folder, capsys)
    assert code == 2
    assert "no key for a sample variant" in json.dumps(result)


def test_a_file_that_cannot_be_read_is_refused_with_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, "tint: coral", "tint: mauve")
    assert main(["cards", str(folder)]) == 2
    assert "quest.yaml:2" in capsys.readouterr().err


def test_a_mistake_nobody_knows_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, "channels_last: 1x64", "chanels_last: 1x64")
    assert main(["cards", str(folder)]) == 2
    assert "no mistake that" in capsys.readouterr().err
