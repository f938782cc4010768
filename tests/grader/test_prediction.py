"""What the sealed child says of a file besides its boxes: what ran it, what it costs, a sketch of its weights."""

import base64
import os
import subprocess
import sys

import pytest

import grader
from grader.pictures import shared_pictures
from grader.prediction import Prediction, predict_sealed
from grader.sandbox import ROOT
from ml import checkpoints, operations
from ml.checkpoints.sketch import sketch
from ml.datasets import read_dataset
from ml.detection.settings import EvaluationSettings
from ml.engines import onnx_session
from tests.grader.small_task import SIDE, Task


@pytest.fixture(scope="module")
def heard(task: Task) -> Prediction:
    settings = EvaluationSettings(image_size=SIDE)
    weights = os.open(task.weights, os.O_RDONLY)
    try:
        with shared_pictures([read_dataset(task.data).split("test")], settings) as pictures:
            return predict_sealed(
                task.job(),
                weights=weights,
                pictures=pictures,
                settings=settings.to_json(),
                weak=False,
                on_image=lambda done: None,
                on_checkpoint=lambda found: None,
                cancelled=lambda: False,
            )
    finally:
        os.close(weights)


def test_its_cost_is_counted_on_the_tasks_canvas(task: Task, heard: Prediction) -> None:
    network = checkpoints.rebuild(checkpoints.read_checkpoint(task.weights))
    total = operations.count(network, (SIDE, SIDE)).total
    assert heard.checkpoint["gflops"] == pytest.approx(2 * total.macs / 1e9, abs=1e-6)


def test_its_sketch_is_that_of_the_file(task: Task, heard: Prediction) -> None:
    assert heard.sketch == sketch(checkpoints.read_checkpoint(task.weights).state)
    text = base64.b64encode(heard.sketch).decode()
    assert grader.same_weights(text, text).same


def test_it_says_what_ran_it_and_how_long_a_picture_took(heard: Prediction) -> None:
    assert heard.engine.split()[0] in ("torch", "onnxruntime")
    assert heard.device == "cpu"
    assert 0 < heard.ms_per_image <= 1_000 * heard.seconds["predict"]


def test_the_first_child_knows_neither_torch_nor_a_decoder() -> None:
    """What it has not imported cannot be had behind the walls, and costs nothing."""
    program = (
        "import sys; import grader.predict; from grader.rehearsal import rehearse;"
        "rehearse(torch=False, onnx=False, configuration='');"
        "found = {'torch', 'torchvision', 'ultralytics', 'onnx', 'cv2', 'PIL', 'django'} & set(sys.modules);"
        "assert not found, found"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", ["std::bad_alloc", "Failed to allocate memory for requested buffer of size 7"])
def test_memory_that_onnx_runtime_cannot_have_is_told_as_memory(text: str) -> None:
    class Session:
        def run(self, *_: object) -> object:
            raise RuntimeError(text)

    with pytest.raises(MemoryError):
        onnx_session.run(Session(), {})
