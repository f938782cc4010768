"""Whole evaluations: equal to YOLOv5 v6.2's val.py on real weights, and what the command line says."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import yaml
from torch import nn

from fixtures.benign.yolov5_file import save_yolov5
from ml import __main__ as command_line
from ml import zoo
from ml.checkpoints import Checkpoint, read_checkpoint, rebuild
from ml.datasets import read_dataset
from ml.detection.conventions import CONVENTIONS
from ml.detection.evaluation import evaluate
from ml.detection.letterbox import read_image_rgb
from ml.detection.metrics import Metrics
from ml.detection.settings import EvaluationSettings
from ml.engines import Engine
from ml.engines.opening import open_engine
from ml.engines.torch_engine import TorchEngine
from ml.errors import Refused
from ml.zoo import yolov5

NAMES = ("charlie", "mug")
SIDE = 64

IDENTICAL = 1e-4  # same letterbox, batches, thresholds and conventions


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six pictures of noise, each with an object in the middle; the last one has none."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "images").mkdir()
    (folder / "labels").mkdir()
    generator = np.random.default_rng(0)
    for number in range(6):
        picture = generator.integers(0, 256, (SIDE, 48 + 8 * number, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / "images" / f"{number}.png"), picture)
        if number < 5:
            (folder / "labels" / f"{number}.txt").write_text(f"{number % 2} 0.5 0.5 0.4 0.4\n")
    path = folder / "data.yaml"
    path.write_text(yaml.safe_dump({"path": ".", "test": "images", "names": dict(enumerate(NAMES))}))
    return path


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained yolov5n whose head is loud enough to give boxes above the threshold."""
    network = zoo.build("yolov5n", classes=len(NAMES))
    assert isinstance(network, yolov5.Yolov5)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for convolution in network.head.m:
            assert isinstance(convolution, nn.Conv2d)
            assert convolution.bias is not None
            convolution.bias.copy_(torch.randn(convolution.bias.shape, generator=generator))
    path = tmp_path_factory.mktemp("weights") / "best.pt"
    save_yolov5(network, path, config=yolov5.configuration("yolov5n", 2), names=NAMES, image_size=SIDE)
    return path


@pytest.fixture(scope="module")
def engine(weights: Path) -> Engine:
    return open_engine(read_checkpoint(weights))


def outcome(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    try:
        code = command_line.main([str(word) for word in words])
    except SystemExit as stop:  # argparse's own way out
        code = int(stop.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def reference(folder: Path, case: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder / "reference_eval.json").read_text())["evaluations"][case]
    return found


def evaluate_reference(
    folder: Path,
    tmp_path: Path,
    weights: str,
    pictures: str,
    settings: EvaluationSettings,
    make: Callable[[Checkpoint], Engine],
) -> Metrics:
    checkpoint = read_checkpoint(folder / "weights" / weights)
    root, images = pictures.split(":")
    path = tmp_path / "data.yaml"
    path.write_text(
        yaml.safe_dump({"path": str(folder / "dataset" / root), "val": images, "names": list(checkpoint.names)})
    )
    return evaluate(make(checkpoint), read_dataset(path), "val", settings)


def with_torch(checkpoint: Checkpoint) -> Engine:
    return TorchEngine(rebuild(checkpoint), checkpoint.family)


@pytest.mark.slow
@pytest.mark.parametrize("make", [with_torch, open_engine])
@pytest.mark.parametrize(
    ("case", "weights_file", "pictures", "image_size"),
    [
        ("coco_yolov5n__coco128_320", "coco_yolov5n.pt", "coco128:images/train2017", 320),
        ("dna_best__valid10_640", "student_dna_origami_yolov5n_v7.pt", "dna_origami_valid10:images/valid10", 640),
    ],
)
def test_real_weights_score_as_in_upstream(
    reference_data: Path,
    tmp_path: Path,
    case: str,
    weights_file: str,
    pictures: str,
    image_size: int,
    make: Callable[[Checkpoint], Engine],
) -> None:
    """Same settings as the reference run of val.py: identical means, P, R and every class to 1e-4."""
    expected = reference(reference_data, case)
    settings = EvaluationSettings(image_size=image_size, letterbox="rectangular")
    metrics = evaluate_reference(reference_data, tmp_path, weights_file, pictures, settings, make)
    upstream = expected["upstream_v6.2"]
    assert (metrics.images, metrics.instances) == (expected["n_images"], expected["n_labels"])
    assert metrics.map50 == pytest.approx(upstream["mAP50"], abs=IDENTICAL)
    assert metrics.map50_95 == pytest.approx(upstream["mAP50_95"], abs=IDENTICAL)
    assert metrics.precision == pytest.approx(upstream["P"], abs=IDENTICAL)
    assert metrics.recall == pytest.approx(upstream["R"], abs=IDENTICAL)
    assert len(metrics.per_class) == len(upstream["per_class"])
    for one in upstream["per_class"].values():
        ours = metrics.per_class[one["name"]]
        assert ours.ap50 == pytest.approx(one["AP50"], abs=IDENTICAL)
        assert ours.ap50_95 == pytest.approx(one["AP50_95"], abs=IDENTICAL)
        assert ours.instances == one["labels"]
    others = {
        "coco": expected["pycocotools_maxDets100"],
        "ultralytics": expected["rematch_in_native_pixels"]["ult84_match+ult84_ap"],
    }
    for convention, theirs in others.items():
        found = metrics.under(convention)
        assert found.map50 == pytest.approx(theirs["mAP50"], abs=IDENTICAL)
        assert found.map50_95 == pytest.approx(theirs["mAP50_95"], abs=IDENTICAL)
        for index, row in theirs["per_class"].items():
            ap50, ap50_95 = row if isinstance(row, list) else (row["AP50"], row["AP50_95"])
            of_class = found.per_class[upstream["per_class"][index]["name"]]
            assert (of_class.ap50, of_class.ap50_95) == pytest.approx((ap50, ap50_95), abs=IDENTICAL)


def test_progress_counts_pictures_up_to_the_last(data: Path, engine: Engine) -> None:
    told: list[tuple[int, int]] = []
    settings = EvaluationSettings(image_size=SIDE, batch_size=4)
    metrics = evaluate(engine, read_dataset(data), "test", settings, lambda *done: told.append(done))
    assert told == [(4, 6), (6, 6)]
    assert set(metrics.seconds) == {"decode", "predict", "match", "total"}
    assert metrics.seconds["total"] >= metrics.seconds["predict"] > 0


def test_the_batch_size_does_not_change_a_square_score(data: Path, engine: Engine) -> None:
    scores = [
        evaluate(
            engine,
            read_dataset(data),
            "test",
            EvaluationSettings(image_size=SIDE, batch_size=batch_size),
        ).map50_95
        for batch_size in (1, 4, 32)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-6) == pytest.approx(scores[2], abs=1e-6)


def test_another_number_of_classes_is_refused_with_the_expected_ones(data: Path) -> None:
    network = zoo.build("yolov5n", classes=3)
    with pytest.raises(Refused) as caught:
        evaluate(TorchEngine(network, "yolov5"), read_dataset(data), "test", EvaluationSettings(image_size=SIDE))
    assert caught.value.code == "other_classes"
    assert "charlie, mug" in caught.value.advice["fr"]


def test_json_is_what_the_contract_says(capsys: pytest.CaptureFixture[str], data: Path, weights: Path) -> None:
    words = ("evaluate", weights, "--data", data, "--split", "test", "--image-size", SIDE, "--json")
    code, out, _ = outcome(capsys, *words)
    result = json.loads(out)
    assert code == 0
    assert {"map50", "map50_95", "precision", "recall", "images", "instances", "per_class", "seconds"} <= set(result)
    assert (result["images"], result["instances"]) == (6, 5)
    assert set(result["per_class"]) == set(NAMES)
    assert set(result["per_class"]["mug"]) == {"ap50", "ap50_95", "precision", "recall", "f1", "instances"}
    assert set(result["seconds"]) == {"decode", "predict", "match", "total"}
    assert result["settings"]["image_size"] == SIDE
    assert (result["engine"].split()[0], result["device"]) == ("onnxruntime", "cpu")


def test_the_convention_decides_the_headline_and_all_three_are_said(
    capsys: pytest.CaptureFixture[str], data: Path, weights: Path
) -> None:
    words = ("evaluate", weights, "--data", data, "--image-size", SIDE, "--confidence", "0.01", "--json")
    said = {name: json.loads(outcome(capsys, *words, "--convention", name)[1]) for name in CONVENTIONS}
    for name, result in said.items():
        assert result["convention"] == name
        assert result["map50_95"] == result["conventions"][name]["map50_95"]
        assert result["conventions"] == said["yolov5"]["conventions"]
        assert {"f1", "curves", "pr", "confusion", "errors", "per_size"} <= set(result)


def test_a_reader_gets_a_table_and_the_size_it_was_trained_at(
    capsys: pytest.CaptureFixture[str], data: Path, weights: Path
) -> None:
    code, out, _ = outcome(capsys, "evaluate", weights, "--data", data)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "figures of the convention yolov5"
    assert lines[1].split() == ["class", "objects", "AP50", "AP50-95", "precision", "recall"]
    assert [line.split()[0] for line in lines[2:5]] == ["all", "charlie", "mug"]
    assert [line.split()[0] for line in lines[7:10]] == ["yolov5", "ultralytics", "coco"]
    assert "false alarms" in lines[-2]
    assert "6 pictures" in lines[-1]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"--data": "nowhere.yaml"}, "nowhere.yaml"),
        ({"--split": "val"}, "no 'val' split"),
        ({"--image-size": "0"}, "image_size"),
        ({"--image-size": "9999"}, "image_size"),
        ({"--confidence": "nan"}, "confidence"),
        ({"--iou": "2"}, "iou"),
        ({"--split": "everything"}, "split"),
        ({"--device": "cuda"}, "no graphics card"),
    ],
)
def test_a_wrong_option_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], data: Path, weights: Path, changed: dict[str, str], words: str
) -> None:
    options = {"--data": str(data), "--image-size": str(SIDE), **changed}
    code, out, err = outcome(capsys, "evaluate", weights, *(word for pair in options.items() for word in pair))
    assert (code, out) == (2, "")
    assert err.startswith("refused: ")
    assert err.count("\n") == 1
    assert words in err


def test_a_file_that_is_no_checkpoint_is_refused(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    code, out, err = outcome(capsys, "evaluate", data, "--data", data)
    assert (code, out) == (2, "")
    assert err.startswith("refused: ")


def test_detect_draws_a_picture_and_leaves_the_source_alone(
    capsys: pytest.CaptureFixture[str], data: Path, weights: Path
) -> None:
    source = data.parent / "images" / "1.png"
    before = source.read_bytes()
    words = ("detect", weights, "--source", source, "--output", source.parent, "--confidence", "0.01", "--json")
    code, out, _ = outcome(capsys, *words)
    result = json.loads(out)
    drawn = Path(result["output"])
    try:
        assert code == 0
        assert result["kind"] == "image"
        assert result["boxes"]
        assert set(result["boxes"][0]) == {"frame", "class", "confidence", "xyxy"}
        assert source.read_bytes() == before
        assert drawn.name == "1-boxes.png"
        assert read_image_rgb(drawn).shape == read_image_rgb(source).shape
    finally:
        drawn.unlink(missing_ok=True)


def test_detect_refuses_what_is_neither_picture_nor_video(
    capsys: pytest.CaptureFixture[str], data: Path, weights: Path, tmp_path: Path
) -> None:
    code, out, err = outcome(capsys, "detect", weights, "--source", data, "--output", tmp_path)
    assert (code, out) == (2, "")
    assert "neither a readable picture nor a readable video" in err
    assert list(tmp_path.iterdir()) == []
