"""A whole evaluation of networks of our own, before the walls go up: afterwards no import and no file can be had.

Each kind of file goes through the same functions as the stranger's will: a YOLOv5 described by hand runs without
torch, a small ONNX graph is read and run when the file may be one, and a child that has torch rehearses ultralytics
too. What a child does not rehearse it must not meet: it asks for the other child instead.
"""

import contextlib
import sys
from typing import Any, Final

import numpy as np

from ml import checkpoints
from ml.checkpoints import published
from ml.checkpoints.modules import Module
from ml.checkpoints.sketch import sketch
from ml.detection.predictor import predict
from ml.detection.settings import EvaluationSettings
from ml.engines import Engine
from ml.engines.graph import Walker, walk
from ml.engines.onnx_writer import OnnxWriter
from ml.engines.opening import open_engine
from ml.engines.parts import blueprint, network
from ml.errors import Refused
from ml.zoo.yolov5_config import read_plan

SIDE: Final = 64
NAMES: Final = ("first", "second")
#: A network with every step of an evaluation and hardly a number: two strides, one level.
SMALL: Final = {
    "nc": len(NAMES),
    "anchors": [[8, 8, 16, 16]],
    "depth_multiple": 1.0,
    "width_multiple": 1.0,
    "backbone": [[-1, 1, "Conv", [8, 6, 2, 2]], [-1, 1, "C3", [8]], [-1, 1, "SPPF", [8, 5]]],
    "head": [[[2], 1, "Detect", ["nc", "anchors"]]],
}


def rehearse(*, torch: bool, onnx: bool, configuration: str, device: str = "cpu") -> None:
    """Takes a tenth of a second, a second more with torch; raises whatever is wrong with this installation."""
    small = _small()
    _run(open_engine(small, may_need_torch=False))
    sketch(small.state)
    if onnx:
        _read_and_run_onnx()
    if configuration:
        _read_by_name(configuration)
    if torch:
        from grader.torch_rehearsal import rehearse_torch

        rehearse_torch(small, device)
    elif "torch" in sys.modules:
        raise RuntimeError("the child without torch has imported it")


def small_engine() -> Engine:
    """A network of ours, ready to predict."""
    return open_engine(_small(), may_need_torch=False)


def _run(engine: Engine) -> None:
    pictures = np.zeros((2, SIDE, SIDE, 3), np.uint8)  # (B, H, W, 3)
    settings = EvaluationSettings(image_size=SIDE, confidence=0.0, max_detections=10)
    for _ in predict(engine, [pictures], settings, threads=1):
        pass
    engine.gflops(SIDE)


def _small() -> checkpoints.Checkpoint:
    """The small network as a file that describes it would be read."""
    plan = read_plan(SMALL)
    root = network(plan, SMALL)
    (level,) = walk(Walker(), root, plan, SIDE, SIDE)
    expected = blueprint(root, [SIDE // level.height])
    state: dict[str, Any] = {
        key: np.ones(tensor.shape, np.float32 if tensor.is_real else np.int64)
        for key, tensor in expected.tensors.items()
    }
    return checkpoints.Checkpoint(
        format="pt",
        family="yolov5",
        architecture="yolov5 (custom)",
        config=SMALL,
        names=NAMES,
        state=state,
        dtypes=dict.fromkeys(state, "float32"),
        modules=tuple(Module(path, kind, {}) for path, (kind, _) in expected.modules.items()),
        stated_stride=None,
        parameters=expected.parameters,
        image_size=None,
        digest="",
    )


def _read_and_run_onnx() -> None:
    """Imports ``onnx``, which a file of PyTorch has no use for."""
    from ml.engines.onnx_engine import weights_of

    found = checkpoints.read_bytes(_onnx_file(), classes=NAMES)
    assert isinstance(found, checkpoints.OnnxModel)
    _run(open_engine(found))
    sketch(weights_of(found))


def _onnx_file() -> bytes:
    """One convolution, and the layout of YOLOv5's output: (1, 192, 7)."""
    writer = OnnxWriter()
    weight = writer.constant(np.zeros((21, 3, 8, 8), np.float32))
    cells = writer.node("Conv", "images", weight, kernel_shape=[8, 8], strides=[8, 8])
    split = writer.node("Reshape", cells, writer.constant(np.array([1, 3, 7, -1], np.int64)))
    rows = writer.node("Transpose", split, perm=[0, 1, 3, 2])
    output = writer.node("Reshape", rows, writer.constant(np.array([1, -1, 7], np.int64)))
    shape = [1, 3, SIDE, SIDE]
    return writer.finish({"images": ("float32", shape)}, {writer.node("Sigmoid", output): ("float32", [1, 192, 7])})


def _read_by_name(configuration: str) -> None:
    """The files of a published network are read here; a name that is none is told when the stranger's file is read."""
    with contextlib.suppress(Refused):
        published.prepare(configuration)
