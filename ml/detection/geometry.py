"""How pictures lie on their canvases, and the way back from canvas pixels to a picture's own pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

_EDGE = 1e-3
"""YOLOv5 keeps label corners this many pixels inside the canvas; part of the score's last digits."""


@dataclass(frozen=True)
class Geometry:
    """Sizes are (height, width) in pixels: of the decoded picture, of the resized one, of the padded canvas."""

    native: tuple[int, int]
    resized: tuple[int, int]
    canvas: tuple[int, int]

    @property
    def gain(self) -> float:
        """Canvas pixels per native pixel: by the height, as YOLOv5 v6.2, which truncates the width on its own."""
        return self.resized[0] / self.native[0]

    @property
    def pad_x(self) -> float:
        """Width of the left border in pixels; it ends in .5 when the two borders differ by one pixel."""
        return (self.canvas[1] - self.resized[1]) / 2

    @property
    def pad_y(self) -> float:
        """Height of the top border in pixels."""
        return (self.canvas[0] - self.resized[0]) / 2


@dataclass(frozen=True)
class Geometries:
    """The same of n boxes at once, each with its own picture's sizes."""

    native: npt.NDArray[np.float64]  # (n, 2) height, width
    resized: npt.NDArray[np.float64]
    canvas: npt.NDArray[np.float64]

    @classmethod
    def of(cls, pictures: Sequence[Geometry], image: Integers) -> "Geometries":
        """Those of the pictures that ``image`` (n,) numbers."""
        sizes = np.array([(one.native, one.resized, one.canvas) for one in pictures], np.float64).reshape(-1, 3, 2)
        native, resized, canvas = sizes[image].swapaxes(0, 1)  # (n, 2) each
        return cls(native, resized, canvas)

    @property
    def gain(self) -> npt.NDArray[np.float64]:
        return np.asarray(self.resized[:, 0] / self.native[:, 0])

    @property
    def pad_x(self) -> npt.NDArray[np.float64]:
        return np.asarray((self.canvas[:, 1] - self.resized[:, 1]) / 2)

    @property
    def pad_y(self) -> npt.NDArray[np.float64]:
        return np.asarray((self.canvas[:, 0] - self.resized[:, 0]) / 2)


def boxes_to_native(xyxy: Floats, geometry: Geometry | Geometries) -> Floats:
    """Boxes (n, 4) from canvas pixels to the picture's own pixels, clipped to the picture; a new array.

    Source: ``scale_coords`` of YOLOv5 v6.2.
    """
    boxes = xyxy.astype(np.float32, copy=True)  # (n, 4) xyxy
    boxes[:, [0, 2]] -= _column(geometry.pad_x)
    boxes[:, [1, 3]] -= _column(geometry.pad_y)
    boxes /= _column(geometry.gain)
    height, width = _sides(geometry.native)
    return _clip(boxes, height, width)


def labels_to_native(labels: Floats, geometry: Geometry | Geometries) -> Floats:
    """Labels (n, 5) [class, x, y, w, h normalized] → (n, 5) [class, x1, y1, x2, y2 in native pixels].

    They travel through the canvas and back as in YOLOv5 v6.2, with its rounding to whole resized pixels: a
    direct multiplication by the native size moves mAP50-95 in the third digit.
    """
    height, width = _sides(geometry.resized)
    x, y, w, h = (labels[:, column, None] for column in range(1, 5))  # (n, 1)
    pad_x, pad_y = _column(geometry.pad_x), _column(geometry.pad_y)
    on_canvas = np.concatenate(
        (
            width * (x - w / 2) + pad_x,
            height * (y - h / 2) + pad_y,
            width * (x + w / 2) + pad_x,
            height * (y + h / 2) + pad_y,
        ),
        axis=1,
    ).astype(np.float32)  # (n, 4) xyxy, canvas pixels
    canvas_height, canvas_width = np.asarray(geometry.canvas, np.float64).T
    on_canvas = _clip(on_canvas, _column(canvas_height - _EDGE), _column(canvas_width - _EDGE))
    return np.concatenate((labels[:, :1], boxes_to_native(on_canvas, geometry)), axis=1)


def labels_where_drawn(labels: Floats, geometry: Geometry | Geometries) -> npt.NDArray[np.float64]:
    """Labels (n, 5) normalized → boxes (n, 4) xyxy in native pixels, multiplied by the native size and no more:
    what COCO's program is given."""
    height, width = (side.astype(np.float64) for side in _sides(geometry.native))
    x, y, w, h = (labels[:, column, None].astype(np.float64) for column in range(1, 5))  # (n, 1)
    return np.concatenate(
        (width * (x - w / 2), height * (y - h / 2), width * (x + w / 2), height * (y + h / 2)), axis=1
    )


def _column(value: float | npt.NDArray[np.float64]) -> Floats:
    """(1,) or (n, 1), in the precision of boxes: what upstream's scalars become beside them."""
    return np.asarray(value, np.float32)[..., None]


def _sides(size: tuple[int, int] | npt.NDArray[np.float64]) -> tuple[Floats, Floats]:
    height, width = np.asarray(size, np.float64).T
    return _column(height), _column(width)


def _clip(boxes: Floats, height: Floats, width: Floats) -> Floats:
    boxes[:, [0, 2]] = boxes[:, [0, 2]].clip(0, width)
    boxes[:, [1, 3]] = boxes[:, [1, 3]].clip(0, height)
    return boxes
