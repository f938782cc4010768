"""Pictures as they come, one after another, to boxes in their own pixels: looking, not scoring."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final

import numpy as np

from ml.detection.detections import Detections
from ml.detection.geometry import Geometry, boxes_to_native
from ml.detection.letterbox import Pixels, place, resize_for_detection
from ml.detection.predictor import predict
from ml.detection.settings import STRIDE, EvaluationSettings
from ml.engines import Engine

DETECTION_SETTINGS: Final = EvaluationSettings(letterbox="rectangular", confidence=0.25, iou=0.45, max_detections=1000)
"""Defaults of YOLOv5's ``detect.py``."""

_FRAMES_AT_ONCE: Final = 8


def detect_frames(
    engine: Engine, frames_rgb: Iterable[Pixels], settings: EvaluationSettings
) -> Iterator[tuple[Pixels, Detections]]:
    """Every frame (H, W, 3) with its detections in the frame's own pixels, clipped to it.

    Letterbox and suppression are those of YOLOv5 v6.2's ``detect.py``: the canvas is the resized frame rounded up to
    a multiple of 32 (square when ``settings.letterbox`` is), and a box has one class. Raises as ``predict``.
    """
    waiting: deque[tuple[list[Pixels], list[Geometry]]] = deque()

    def batches() -> Iterator[Pixels]:
        for frames in _groups(frames_rgb):
            batch, geometries = _letterbox(frames, settings)
            waiting.append((frames, geometries))
            yield batch

    for found in predict(engine, batches(), settings, multi_label=False):
        frames, geometries = waiting.popleft()
        for frame, geometry, detections in zip(frames, geometries, found, strict=True):
            yield frame, replace(detections, xyxy=boxes_to_native(detections.xyxy, geometry))


def _groups(frames: Iterable[Pixels]) -> Iterator[list[Pixels]]:
    """At most eight frames of one size."""
    for _, same in groupby(frames, key=lambda frame: frame.shape):
        group: list[Pixels] = []
        for frame in same:
            group.append(frame)
            if len(group) == _FRAMES_AT_ONCE:
                yield group
                group = []
        if group:
            yield group


def _letterbox(frames: list[Pixels], settings: EvaluationSettings) -> tuple[Pixels, list[Geometry]]:
    resized = [resize_for_detection(frame, settings.canvas_size) for frame in frames]
    height, width = resized[0].shape[:2]
    canvas = (settings.canvas_size, settings.canvas_size)
    if settings.letterbox == "rectangular":
        canvas = (-(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE)
    batch = np.empty((len(frames), *canvas, 3), np.uint8)
    for image, target in zip(resized, batch, strict=True):
        place(image, target)
    geometry = Geometry((frames[0].shape[0], frames[0].shape[1]), (height, width), canvas)
    return batch, [geometry] * len(frames)
