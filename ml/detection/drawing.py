"""Boxes drawn on a picture, one color per class, names and confidences in readable letters."""

import colorsys
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ml.detection.detections import Detections
from ml.detection.letterbox import Pixels

_GOLDEN_RATIO: Final = 0.618034  # neighboring classes get hues far apart
_DARK: Final = (17, 17, 17)
_SMALLEST_TEXT: Final = 12  # pixels


def draw(image_rgb: Pixels, detections: Detections, names: Sequence[str]) -> Pixels:
    """A copy of the picture (H, W, 3) with its boxes, the surest on top; boxes in the picture's pixels."""
    picture = Image.fromarray(image_rgb)
    pen = ImageDraw.Draw(picture)
    side = max(picture.size)
    width = max(2, side // 320)
    font = _font(max(_SMALLEST_TEXT, side // 50))
    for row in reversed(range(len(detections))):
        index = int(detections.class_index[row])
        box = _ordered(detections.xyxy[row].tolist())
        pen.rectangle(box, outline=_color(index), width=width)
        _write(pen, (box[0], box[1]), f"{names[index]} {detections.confidence[row]:.2f}", _color(index), font)
    return np.asarray(picture, dtype=np.uint8)


def _write(
    pen: ImageDraw.ImageDraw,
    corner: tuple[float, float],
    text: str,
    color: tuple[int, int, int],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    """On a plate above the box, or inside it where there is no room above."""
    left, _, right, bottom = pen.textbbox((0, 0), text, font=font)
    height = bottom + 2
    x, y = corner[0], corner[1] - height if corner[1] >= height else corner[1]
    pen.rectangle((x, y, x + right - left + 4, y + height), fill=color)
    pen.text((x + 2 - left, y), text, fill=_DARK, font=font)


def _ordered(xyxy: list[float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = xyxy
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@cache
def _color(index: int) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(index * _GOLDEN_RATIO % 1, 0.55, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)
