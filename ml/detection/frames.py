"""Pictures as they come, one after another, to boxes in their own pixels: looking, not scoring."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, Generic, TypeVar

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
_PIXELS_AT_ONCE: Final = 8 * 1920 * 1080  # of the pictures themselves: a few are in memory at any time

T = TypeVar("T")


@dataclass(frozen=True)
class Look(Generic[T]):
    """A picture as the network will see it: ``resized`` (h, w, 3) RGB, of something of ``native`` (height, width)."""

    item: T
    resized: Pixels
    native: tuple[int, int]


def detect_frames(
    engine: Engine, frames_rgb: Iterable[Pixels], settings: EvaluationSettings
) -> Iterator[tuple[Pixels, Detections]]:
    """Every frame (H, W, 3) with its detections in the frame's own pixels, clipped to it.

    Letterbox and suppression are those of YOLOv5 v6.2's ``detect.py``: the canvas is the resized frame rounded up to
    a multiple of 32 (square when ``settings.letterbox`` is), and a box has one class. Raises as ``predict``.
    """
    side = settings.canvas_size
    looks = (Look(frame, resize_for_detection(frame, side), (*frame.shape[:2],)) for frame in frames_rgb)
    return detect_each(engine, looks, settings)


def detect_each(
    engine: Engine, looks: Iterable[Look[T]], settings: EvaluationSettings, *, threads: int | None = None
) -> Iterator[tuple[T, Detections]]:
    """The same of pictures that somebody else resized: each item with its detections in its own pixels."""
    waiting: deque[tuple[list[Look[T]], Geometry]] = deque()

    def batches() -> Iterator[Pixels]:
        for batch, group, geometry in batches_of(looks, settings):
            waiting.append((group, geometry))
            yield batch

    for found in predict(engine, batches(), settings, threads=threads, multi_label=False):
        group, geometry = waiting.popleft()
        for look, detections in zip(group, found, strict=True):
            yield look.item, replace(detections, xyxy=boxes_to_native(detections.xyxy, geometry))


def batches_of(
    looks: Iterable[Look[T]], settings: EvaluationSettings
) -> Iterator[tuple[Pixels, list[Look[T]], Geometry]]:
    """What the network is given: (B, H, W, 3) of a few looks, these, and how they lie on their canvas."""
    for group in _groups(looks):
        batch, geometry = _letterbox(group, settings)
        yield batch, group, geometry


def _groups(looks: Iterable[Look[T]]) -> Iterator[list[Look[T]]]:
    """At most eight of one size, fewer of large ones."""
    for (_, native), same in groupby(looks, key=lambda look: (look.resized.shape, look.native)):
        most = max(1, min(_FRAMES_AT_ONCE, _PIXELS_AT_ONCE // (native[0] * native[1])))
        group: list[Look[T]] = []
        for look in same:
            group.append(look)
            if len(group) == most:
                yield group
                group = []
        if group:
            yield group


def _letterbox(group: list[Look[T]], settings: EvaluationSettings) -> tuple[Pixels, Geometry]:
    height, width = group[0].resized.shape[:2]
    canvas = (settings.canvas_size, settings.canvas_size)
    if settings.letterbox == "rectangular":
        canvas = (-(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE)
    batch = np.empty((len(group), *canvas, 3), np.uint8)
    for look, target in zip(group, batch, strict=True):
        place(look.resized, target)
    return batch, Geometry(group[0].native, (height, width), canvas)
