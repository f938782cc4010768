"""What a child with torch rehearses besides: an ultralytics network saved and read back, and YOLOv5 on torch."""

import io
from typing import Final

import numpy as np
import torch
from ultralytics.nn.tasks import DetectionModel

from ml import checkpoints
from ml.checkpoints.sketch import sketch
from ml.detection.predictor import predict
from ml.detection.settings import EvaluationSettings
from ml.engines.torch_engine import TorchEngine

SIDE: Final = 64


def rehearse_torch(small: checkpoints.Checkpoint, device: str) -> None:
    """Takes about a second; raises whatever is wrong with this installation."""
    torch.set_num_threads(1)
    for checkpoint in (_ultralytics(small.names), small):
        engine = TorchEngine(checkpoints.rebuild(checkpoint), checkpoint.family, device)
        pictures = np.zeros((2, SIDE, SIDE, 3), np.uint8)  # (B, H, W, 3)
        settings = EvaluationSettings(image_size=SIDE, confidence=0.0, max_detections=10)
        for _ in predict(engine, [pictures], settings, threads=1):
            pass
        engine.gflops(SIDE)
        sketch(checkpoint.state)


def _ultralytics(names: tuple[str, ...]) -> checkpoints.Checkpoint:
    """A YOLOv8n as ultralytics saves it, read back as a stranger's file would be."""
    network = DetectionModel("yolov8n.yaml", nc=len(names), verbose=False)
    network.names = dict(enumerate(names))
    file = io.BytesIO()
    torch.save({"model": network}, file)
    return checkpoints.read_checkpoint_bytes(file.getvalue())
