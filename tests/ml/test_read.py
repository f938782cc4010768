"""``python -m ml read``: what it prints, and how it refuses."""

import json
from pathlib import Path

import pytest

from fixtures.benign.tiny import NAMES, tiny_checkpoint
from fixtures.hostile.networks import MODULES, lie
from ml.__main__ import main


@pytest.fixture
def best(tmp_path: Path) -> Path:
    path = tmp_path / "best.pt"
    path.write_bytes(tiny_checkpoint(image_size=416))
    return path


def test_reading_prints_one_json_object_with_the_contracts_keys(best: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(best), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result.keys() == {"format", "family", "architecture", "classes", "parameters", "image_size", "digest"}
    assert result["classes"] == list(NAMES)
    assert (result["format"], result["family"], result["image_size"]) == ("pt", "yolov5", 416)
    assert result["parameters"] == 23_712


def test_reading_prints_a_few_lines_for_a_person(best: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(best)]) == 0
    printed = capsys.readouterr().out
    assert "3: charlie, glasses, mug" in printed
    assert "416 px" in printed


def test_a_file_that_is_not_there_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(tmp_path / "nowhere.pt")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("refused: There is no file nowhere.pt")
    assert captured.err.count("\n") == 1


def test_what_could_not_be_evaluated_is_refused_by_reading_already(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "last.pt"
    path.write_bytes(lie(MODULES["a weight of another shape"][0]))
    assert main(["read", str(path)]) == 2
    assert "model.0.conv.weight" in capsys.readouterr().err
