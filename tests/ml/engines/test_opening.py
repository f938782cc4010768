"""Which engine runs which file, and where."""

import subprocess
import sys
from pathlib import Path

import pytest

from ml.checkpoints import read_checkpoint
from ml.engines.devices import choose_device
from ml.engines.opening import open_engine
from ml.engines.parts import NeedsTorch
from ml.errors import Refused
from tests.ml.engines.networks import CONFIGS, file_of, lively

WEIGHTS = Path(__file__).resolve().parents[3] / "fixtures" / "weights"


def test_yolov5_files_run_without_torch_and_ultralytics_files_with_it() -> None:
    light = open_engine(file_of(lively(CONFIGS["yolov5n"]), CONFIGS["yolov5n"]))
    heavy = open_engine(read_checkpoint(WEIGHTS / "charlie_yolov8n.pt"))
    assert (light.label.split()[0], heavy.label.split()[0]) == ("onnxruntime", "torch")


def test_a_yolov5_of_arguments_that_only_torch_knows_falls_back_to_torch() -> None:
    config = {**CONFIGS["yolov5n"], "head": [list(row) for row in CONFIGS["yolov5n"]["head"]]}
    config["head"][1] = [-1, 1, "nn.Upsample", [None, 2, "bilinear"]]
    checkpoint = file_of(lively(config), config)
    assert open_engine(checkpoint).label.startswith("torch")
    with pytest.raises(NeedsTorch):
        open_engine(checkpoint, may_need_torch=False)


def test_a_child_without_torch_asks_for_it() -> None:
    with pytest.raises(NeedsTorch):
        open_engine(read_checkpoint(WEIGHTS / "charlie_yolo11n.pt"), may_need_torch=False)


def test_running_a_yolov5_imports_neither_torch_nor_onnx() -> None:
    program = (
        "import sys; from ml.checkpoints import read; from ml.engines.opening import open_engine;"
        "import ml.detection.evaluation, ml.detection.frames;"
        "engine = open_engine(read(sys.argv[1])); engine.gflops(640);"
        "assert not {'torch', 'torchvision', 'ultralytics', 'onnx'} & set(sys.modules), sorted(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(WEIGHTS / "charlie_yolov5n.pt")],
        capture_output=True,
        text=True,
        check=False,
        cwd=WEIGHTS.parents[1],
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("wanted", "is_there", "expected"),
    [
        ("cpu", True, "cpu"),
        ("cpu", False, "cpu"),
        ("auto", False, "cpu"),
        ("auto", True, "cuda"),
        ("cuda", True, "cuda"),
    ],
)
def test_a_card_is_used_where_there_is_one_and_somebody_wants_it(wanted: str, is_there: bool, expected: str) -> None:
    assert choose_device(wanted, lambda: is_there) == expected


def test_asking_for_a_card_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="graphics card"):
        choose_device("cuda", lambda: False)
