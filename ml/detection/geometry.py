"""How a picture lies on its canvas, and the way back from canvas pixels to the picture's own pixels."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

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


def boxes_to_native(xyxy: Floats, geometry: Geometry) -> Floats:
    """Boxes (n, 4) from canvas pixels to the picture's own pixels, clipped to the picture; a new array.

    Source: ``scale_coords`` of YOLOv5 v6.2.
    """
    boxes = xyxy.astype(np.float32, copy=True)  # (n, 4) xyxy
    boxes[:, [0, 2]] -= geometry.pad_x
    boxes[:, [1, 3]] -= geometry.pad_y
    boxes /= geometry.gain
    return _clip(boxes, *geometry.native)


def labels_to_native(labels: Floats, geometry: Geometry) -> Floats:
    """Labels (n, 5) [class, x, y, w, h normalized] → (n, 5) [class, x1, y1, x2, y2 in native pixels].

    They travel through the canvas and back as in YOLOv5 v6.2, with its rounding to whole resized pixels: a
    direct multiplication by the native size moves mAP50-95 in the third digit.
    """
    height, width = geometry.resized
    x, y, w, h = (labels[:, column] for column in range(1, 5))
    on_canvas = np.stack(
        (
            width * (x - w / 2) + geometry.pad_x,
            height * (y - h / 2) + geometry.pad_y,
            width * (x + w / 2) + geometry.pad_x,
            height * (y + h / 2) + geometry.pad_y,
        ),
        axis=1,
    ).astype(np.float32)  # (n, 4) xyxy, canvas pixels
    canvas_height, canvas_width = geometry.canvas
    on_canvas = _clip(on_canvas, canvas_height - _EDGE, canvas_width - _EDGE)
    return np.concatenate((labels[:, :1], boxes_to_native(on_canvas, geometry)), axis=1)


def _clip(boxes: Floats, height: float, width: float) -> Floats:
    boxes[:, [0, 2]] = boxes[:, [0, 2]].clip(0, width)
    boxes[:, [1, 3]] = boxes[:, [1, 3]].clip(0, height)
    return boxes
