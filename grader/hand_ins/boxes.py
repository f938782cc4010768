"""Boxes against boxes: which of those handed in is which of those expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """An object: class, then center and size as shares of the picture."""

    label: int
    x: float
    y: float
    w: float
    h: float
    confidence: float | None = None

    @property
    def corners(self) -> tuple[float, float, float, float]:
        return self.x - self.w / 2, self.y - self.h / 2, self.x + self.w / 2, self.y + self.h / 2


@dataclass(frozen=True)
class Matching:
    """``pairs`` of (place in found, place in expected) with their IoU; what is alone on either side."""

    pairs: tuple[tuple[int, int, float], ...]
    extra: tuple[int, ...]
    missed: tuple[int, ...]


def from_corners(label: int, left: float, top: float, right: float, bottom: float) -> Box:
    return Box(label, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


def iou(one: Box, other: Box) -> float:
    """Intersection over union, 0 for boxes without an area."""
    left, top, right, bottom = one.corners
    other_left, other_top, other_right, other_bottom = other.corners
    width = min(right, other_right) - max(left, other_left)
    height = min(bottom, other_bottom) - max(top, other_top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.w * one.h + other.w * other.h - shared)


def match(found: Sequence[Box], expected: Sequence[Box], least: float, *, any_class: bool = False) -> Matching:
    """Each box once, the best pairs first; ``least`` is the IoU that a pair needs."""
    candidates = sorted(
        (
            (-overlap, place, other)
            for place, box in enumerate(found)
            for other, truth in enumerate(expected)
            if (any_class or box.label == truth.label) and (overlap := iou(box, truth)) >= least
        )
    )
    pairs: list[tuple[int, int, float]] = []
    taken: set[int] = set()
    matched: set[int] = set()
    for overlap, place, other in candidates:
        if place not in taken and other not in matched:
            taken.add(place)
            matched.add(other)
            pairs.append((place, other, -overlap))
    return Matching(
        tuple(pairs),
        tuple(place for place in range(len(found)) if place not in taken),
        tuple(other for other in range(len(expected)) if other not in matched),
    )
