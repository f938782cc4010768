"""One weight, as a student checks the value that her birth date points at."""

import json
from pathlib import Path

import pytest

from ml import zoo
from ml.__main__ import main


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["weight", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_zoo_network_gives_its_seeded_value_and_says_that_it_is_untrained(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ask(capsys, "cifar-net", "conv2.weight", "8", "3", "0", "4", "--json")
    result = json.loads(out)
    assert code == 0
    assert result["value"] == zoo.build("cifar-net").state_dict()["conv2.weight"][8, 3, 0, 4].item()
    assert (result["trained"], result["shape"], result["index"]) == (False, [16, 6, 5, 5], [8, 3, 0, 4])
    assert result["dtype"] == "float32"
    assert "initial value" in err
    assert json.loads(ask(capsys, "cifar-net", "conv2.weight", "8", "3", "0", "4", "--json")[1]) == result


def test_buffers_and_single_numbers_have_values_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ask(capsys, "yolov5n", "model.0.bn.num_batches_tracked", "--json")
    assert (code, json.loads(out)["value"], json.loads(out)["shape"]) == (0, 0, [])
    code, out, _ = ask(capsys, "yolov5n", "model.24.anchors", "0", "2", "1", "--json")
    assert json.loads(out)["value"] == 23 / 8


def test_a_files_own_type_is_told_and_its_value_not_changed(
    reference_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = json.loads((reference_data / "reference_eval.json").read_text())["weights_coco_yolov5n"]
    file = str(reference_data / "weights" / "coco_yolov5n.pt")
    _, out, _ = ask(capsys, file, "model.0.conv.weight", "0", "0", "0", "1", "--json")
    result = json.loads(out)
    assert result["dtype"] == known["dtype_on_disk"] == "float16"
    assert result["value"] == pytest.approx(known["model.0.conv.weight[0,0]"][0][1], abs=1e-6)
    assert json.loads(ask(capsys, file, "model.0.bn.num_batches_tracked", "--json")[1])["dtype"] == "int64"


@pytest.mark.parametrize(
    "index",
    [["16", "0", "0", "0"], ["-1", "0", "0", "0"], ["0"], [], ["0", "0", "0", "0", "0"]],
    ids=["one past the end", "counted from the end", "too few", "none", "too many"],
)
def test_an_index_out_of_range_is_refused_with_the_shape(index: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ask(capsys, "cifar-net", "conv2.weight", *index)
    assert (code, out) == (2, "")
    assert "16 × 6 × 5 × 5" in err


def test_a_misspelt_parameter_is_refused_with_the_nearest_names(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ask(capsys, "cifar-net", "conv2.weigth", "0", "0", "0", "0")
    assert code == 2
    assert "conv2.weight" in err


def test_a_checkpoint_gives_the_stored_value_in_full_precision(
    reference_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    golden = json.loads((reference_data / "reference_eval.json").read_text())["weights_coco_yolov5n"]
    path = str(reference_data / "weights" / "coco_yolov5n.pt")
    code, out, err = ask(capsys, path, "model.0.conv.weight", "0", "0", "0", "1", "--json")
    result = json.loads(out)
    assert (code, err) == (0, "")
    assert result["value"] == pytest.approx(golden["model.0.conv.weight[0,0]"][0][1], abs=5e-7)
    assert result["value"] == -0.115966796875  # exactly: the file holds half precision numbers
    assert (result["model"], result["trained"], result["shape"]) == ("coco_yolov5n.pt", True, [16, 3, 6, 6])


def test_the_text_for_a_reader_holds_the_whole_number(capsys: pytest.CaptureFixture[str]) -> None:
    value = zoo.build("cifar-net").state_dict()["fc3.bias"][9].item()
    _, out, _ = ask(capsys, "cifar-net", "fc3.bias", "9")
    assert out.startswith(f"fc3.bias[9] = {value!r}  (float32, 10, untrained)")
