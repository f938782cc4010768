"""A whole evaluation of networks of our own, before the walls go up: afterwards no import and no file can be had.

Both families go through the same functions as the stranger's file will: an ultralytics network saved and read
back as data, a YOLOv5 described by hand, each rebuilt, run and suppressed.
"""

import io
from typing import Final

import numpy as np
import torch
from ultralytics.nn.tasks import DetectionModel

from ml import checkpoints, zoo
from ml.checkpoints.modules import Module
from ml.checkpoints.sketch import sketch
from ml.detection.predictor import predict
from ml.detection.settings import EvaluationSettings
from ml.operations import count
from ml.zoo import yolov5

SIDE: Final = 64
NAMES: Final = ("first", "second")


def rehearse() -> None:
    """Takes about a second; raises whatever is wrong with this installation."""
    torch.set_num_threads(1)
    for checkpoint in (_ultralytics(), _yolov5()):
        network = checkpoints.rebuild(checkpoint)
        pictures = np.zeros((2, SIDE, SIDE, 3), np.uint8)  # (B, H, W, 3)
        settings = EvaluationSettings(image_size=SIDE, confidence=0.0, max_detections=10)
        for _ in predict(network, checkpoint.family, [pictures], settings, threads=1):
            pass
        count(network, (SIDE, SIDE))
        sketch(checkpoint.state)


def _ultralytics() -> checkpoints.Checkpoint:
    """A YOLOv8n as ultralytics saves it, read back as a stranger's file would be."""
    network = DetectionModel("yolov8n.yaml", nc=len(NAMES), verbose=False)
    network.names = dict(enumerate(NAMES))
    file = io.BytesIO()
    torch.save({"model": network}, file)
    return checkpoints.read_checkpoint_bytes(file.getvalue())


def _yolov5() -> checkpoints.Checkpoint:
    """A YOLOv5n, whose file would name upstream's classes: described as the reader would describe it."""
    network = zoo.build("yolov5n", classes=len(NAMES))
    modules = network.named_modules(remove_duplicate=False)
    return checkpoints.Checkpoint(
        format="pt",
        family="yolov5",
        architecture="yolov5n",
        config=yolov5.configuration("yolov5n", len(NAMES)),
        names=NAMES,
        state={key: tensor.numpy() for key, tensor in network.state_dict().items()},
        dtypes=dict.fromkeys(network.state_dict(), "float32"),
        modules=tuple(Module(path, type(module).__name__, {}) for path, module in modules),
        stated_stride=None,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        image_size=None,
        digest="",
    )
