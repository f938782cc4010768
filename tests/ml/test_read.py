"""``python -m ml read``: what it prints, and how it refuses."""

import json
from pathlib import Path

import pytest

from fixtures.benign.bare_files import notes_of, safetensors_file, state_dict_file, tiny_state
from fixtures.benign.onnx_files import onnx_file
from fixtures.benign.tiny import NAMES, tiny_checkpoint
from fixtures.hostile.networks import MODULES, lie
from ml import zoo
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


def test_an_export_is_described_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "best.onnx"
    path.write_bytes(onnx_file("ultralytics"))
    assert main(["read", str(path), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["format"], result["family"], result["output"]) == ("onnx", "onnx", "ultralytics")
    assert result["input"] == {"name": "images", "dtype": "float32", "height": 64, "width": 64, "batch": 1}
    assert (result["classes"], result["names_assumed"]) == (list(NAMES), False)
    assert main(["read", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "an ONNX export" in printed
    assert "images, float32, 1 × 3 × 64 × 64" in printed
    path.write_bytes(onnx_file("yolov5", classes=2, sizes=("batch", 3, "height", "width"), metadata={}))
    assert main(["read", str(path)]) == 2
    assert "--classes" in capsys.readouterr().err
    assert main(["read", str(path), "--classes", "a,b"]) == 0
    printed = capsys.readouterr().out
    assert "any × 3 × any × any" in printed
    assert "2: a, b (given, not in the file)" in printed


def test_weights_alone_are_read_under_the_name_of_their_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "weights.pt"
    path.write_bytes(state_dict_file(zoo.build("yolov5n", classes=3).state_dict()))
    assert main(["read", str(path)]) == 2
    assert "configuration: yolov5s" in capsys.readouterr().err
    assert main(["read", str(path), "--configuration", "yolov5n", "--classes", "a, b,c", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["architecture"], result["classes"]) == ("yolov5n", ["a", "b", "c"])
    assert main(["read", str(path), "--configuration", "yolov5m", "--classes", "a,b,c"]) == 2
    assert capsys.readouterr().err.startswith("refused: These weights are not those of yolov5m with 3 classes")


def test_a_safetensors_file_needs_nothing_but_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "best.safetensors"
    path.write_bytes(safetensors_file(tiny_state(), notes_of()))
    assert main(["read", str(path), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["format"], result["classes"], result["parameters"]) == ("safetensors", list(NAMES), 23_712)
