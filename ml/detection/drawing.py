"""Boxes drawn on a picture, one color per class, names and confidences in readable letters.

A frame of a film is drawn on as it is encoded, brightness and colors apart (4:2:0): turning it into red, green and blue
and back would cost more than finding the boxes of a small network, and blur it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from ml.detection.detections import Detections
from ml.detection.letterbox import Pixels
from ml.detection.palette import Color, colors_of, ink_on

_SMALLEST_TEXT: Final = 12  # pixels
_WEIGHT: Final = 500  # of letters: between regular and bold
_LONGEST_NAME: Final = 40  # characters
_LABELS_KEPT_APART: Final = 40  # of a crowd, the surest ones
_TEXTS_REMEMBERED: Final = 2_000

Mask = npt.NDArray[np.float32]  # (H, W), 0…1


@dataclass(frozen=True)
class Plane:
    """Some of a picture's numbers: (h, w) or (h, w, c), each for ``step`` × ``step`` pixels; drawn on where they lie.

    ``matrix`` (c, 4) makes them of red, green, blue and 1.
    """

    pixels: Pixels
    step: int
    matrix: npt.NDArray[np.float32]

    def value(self, color: Color) -> npt.NDArray[np.float32]:
        return np.asarray(self.matrix @ np.array((*color, 1), np.float32), np.float32)  # (c,)


@dataclass(frozen=True)
class Surface:
    """A picture (height, width in pixels) to draw on. Everything lies on the grid of its coarsest plane."""

    height: int
    width: int
    planes: tuple[Plane, ...]

    @property
    def step(self) -> int:
        return max(plane.step for plane in self.planes)


def draw(image_rgb: Pixels, detections: Detections, names: Sequence[str]) -> Pixels:
    """A copy of the picture (H, W, 3) with its boxes, the surest on top; boxes in the picture's pixels."""
    drawn = image_rgb.copy()
    draw_on(rgb_surface(drawn), detections, names)
    return drawn


def rgb_surface(image_rgb: Pixels) -> Surface:
    """(H, W, 3), to be drawn on in place."""
    height, width = image_rgb.shape[:2]
    return Surface(height, width, (Plane(image_rgb, 1, np.eye(3, 4, dtype=np.float32)),))


def draw_on(surface: Surface, detections: Detections, names: Sequence[str]) -> None:
    """Draw in place: outlines first, then the labels, so that no box hides a name; the surest on top of both."""
    colors = _colors(tuple(names))
    side = max(surface.height, surface.width)
    thickness = _up(max(2, side // 320), surface.step)
    text_size = max(_SMALLEST_TEXT, side // 50)
    labels: list[tuple[Box, str, Color]] = []  # the surest first
    for row in range(len(detections)):
        index = int(detections.class_index[row])
        text = f"{_short(names[index])} {detections.confidence[row]:.2f}"
        labels.append((_inside(surface, detections.xyxy[row]), text, colors[index]))
    for box, _, color in reversed(labels):
        for strip in _outline(box, thickness):
            _fill(surface, strip, color)
    places: list[Box] = []
    for box, text, _ in labels:
        places.append(_free_place(surface, box, _text(text, text_size).shape, places[:_LABELS_KEPT_APART]))
    for (_, text, color), place in reversed(list(zip(labels, places, strict=True))):
        _write(surface, place, text, color, text_size)


Box = tuple[int, int, int, int]  # left, top, right, bottom, pixels


def _inside(surface: Surface, xyxy: npt.NDArray[np.float32]) -> Box:
    """Whole pixels on the planes' common grid, in the picture, of a box whose corners may be exchanged."""
    xs, ys = sorted((float(xyxy[0]), float(xyxy[2]))), sorted((float(xyxy[1]), float(xyxy[3])))
    left, right = (_snapped(x, surface.width, surface.step) for x in xs)
    top, bottom = (_snapped(y, surface.height, surface.step) for y in ys)
    return left, top, right, bottom


def _snapped(value: float, longest: int, step: int) -> int:
    return int(min(max(round(value / step) * step, 0), longest))


def _up(value: int, step: int) -> int:
    return -(-value // step) * step


def _outline(box: Box, thickness: int) -> Iterator[Box]:
    left, top, right, bottom = box
    yield left, top, right, min(top + thickness, bottom)
    yield left, max(bottom - thickness, top), right, bottom
    yield left, top, min(left + thickness, right), bottom
    yield max(right - thickness, left), top, right, bottom


def _fill(surface: Surface, box: Box, color: Color) -> None:
    left, top, right, bottom = box
    for plane in surface.planes:
        step = plane.step
        part = plane.pixels[top // step : -(-bottom // step), left // step : -(-right // step)]
        part[...] = np.rint(plane.value(color)).astype(np.uint8)


def _free_place(surface: Surface, box: Box, size: tuple[int, ...], taken: Sequence[Box]) -> Box:
    """Where a label of ``size`` (height, width) hides no surer one: above the box, below, or inside; never off the
    picture. Above where all is taken."""
    height, width = size
    places = []
    for top in (box[1] - height, box[3], box[1], box[3] - height):
        if 0 <= top <= surface.height - height:
            left = max(0, min(box[0], surface.width - width)) // surface.step * surface.step
            places.append((left, top, min(left + width, surface.width), top + height))
    free = (place for place in places if not any(_overlap(place, other) for other in taken))
    usual = places[0] if places else (0, 0, min(width, surface.width), min(height, surface.height))
    return next(free, usual)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _write(surface: Surface, place: Box, text: str, color: Color, size: int) -> None:
    left, top, right, bottom = place
    ink = ink_on(color)
    for plane in surface.planes:
        step = plane.step
        part = plane.pixels[top // step : -(-bottom // step), left // step : -(-right // step)]
        letters = _coarser(text, size, step)[: part.shape[0], : part.shape[1], None]  # (h, w, 1)
        paint = plane.value(color) * (1 - letters) + plane.value(ink) * letters  # (h, w, c)
        part[...] = np.rint(paint).astype(np.uint8).reshape(part.shape)


@lru_cache(_TEXTS_REMEMBERED)
def _text(text: str, size: int) -> Mask:
    """A plate with the text's letters: 1 for ink, 0 for plate, sides even so that any plane can take it."""
    face = _face()
    margin = max(2, size // 5)
    _, top, width, height = cv2.getTextSize((0, 0), text, (0, 0), face, size, _WEIGHT)
    plate = np.zeros((_up(height + margin, 2), _up(width + 2 * margin, 2)), np.uint8)
    cv2.putText(plate, text, (margin, margin // 2 - top), (255,), face, size, _WEIGHT)
    return np.asarray(plate / 255, np.float32)


@lru_cache(_TEXTS_REMEMBERED)
def _coarser(text: str, size: int, step: int) -> Mask:
    """The same, each number the mean of ``step`` × ``step``."""
    mask = _text(text, size)
    height, width = mask.shape
    return np.asarray(mask.reshape(height // step, step, width // step, step).mean(axis=(1, 3)), np.float32)


def _short(name: str) -> str:
    """What fits beside a box and has a shape."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return printable if len(printable) <= _LONGEST_NAME else f"{printable[: _LONGEST_NAME - 1]}…"


@cache
def _face() -> Any:
    """Comes inside OpenCV: Latin letters with all their accents, Greek and Cyrillic."""
    return cv2.FontFace("sans")


@lru_cache(16)
def _colors(names: tuple[str, ...]) -> list[Color]:
    return colors_of(names)
