"""Detections class by class, the surest first: the order in which every average precision is summed."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ml.detection.boxes import Floats, Integers, SplitBoxes

#: Bits of a confidence in 0…1 as a float32, of a row number, of a class: together one 64-bit key.
_CONFIDENCE_BITS: Final = 30
_ROW_BITS: Final = 24
_CLASS_BITS: Final = 64 - _CONFIDENCE_BITS - _ROW_BITS
_ONE: Final = 0x3F800000


@dataclass(frozen=True)
class Ranking:
    """Ranked places 0 … n−1 of the detections that count, for the K classes that have labels (ascending).

    Equal confidences keep their order: picture after picture.
    """

    rows: Integers  # (n,) place -> detection
    place: Integers  # (N,) detection -> place, −1 where it does not count
    classes: Integers  # (K,)
    instances: Integers  # (K,)
    first: Integers  # (K,) a class's places are first … last − 1
    last: Integers  # (K,)


def rank(
    class_index: Integers, confidence: Floats, label_class: Integers, kept: npt.NDArray[np.bool_] | None = None
) -> Ranking:
    """The ranking of N detections, or of those ``kept`` (N,), against M labels. Raises ValueError for confidences that
    are not finite."""
    if not np.isfinite(confidence).all():
        raise ValueError("confidences must be finite numbers")
    rows = by_class(class_index, confidence)
    if kept is not None:
        rows = rows[kept[rows]]
    place = np.full(len(confidence), -1)
    place[rows] = np.arange(len(rows))
    classes, instances = np.unique(label_class, return_counts=True)
    ranked = class_index[rows]
    return Ranking(
        rows=rows,
        place=place,
        classes=classes,
        instances=instances,
        first=np.searchsorted(ranked, classes, side="left"),
        last=np.searchsorted(ranked, classes, side="right"),
    )


def by_class(class_index: Integers, confidence: Floats) -> Integers:
    """Rows by class, then by descending confidence; equal ones in their order.

    One sort of 64-bit keys where they hold it all (a float's bits sort as the float does), five times as fast.
    """
    count = len(confidence)
    fits = count and count < 1 << _ROW_BITS and class_index.max() < 1 << _CLASS_BITS
    if not fits or confidence.min() < 0 or confidence.max() > 1:
        return np.lexsort((-confidence, class_index))
    doubt = (_ONE - (confidence + np.float32(0)).view(np.uint32)).astype(np.uint64)  # −0 would have its sign's bit
    keys = class_index.astype(np.uint64) << np.uint64(_CONFIDENCE_BITS)
    keys = (keys | doubt) << np.uint64(_ROW_BITS) | np.arange(count, dtype=np.uint64)
    keys.sort()
    return (keys & np.uint64((1 << _ROW_BITS) - 1)).astype(np.int64)


def first_per_class(boxes: SplitBoxes, most: int) -> npt.NDArray[np.bool_] | None:
    """(N,) the ``most`` surest of each class in each picture; None when that is all of them."""
    if not len(boxes) or np.bincount(boxes.image).max() <= most:
        return None
    keys = boxes.image * (int(boxes.class_index.max()) + 1) + boxes.class_index
    order = np.argsort(keys, kind="stable")
    start = np.flatnonzero(np.append(True, np.diff(keys[order]) > 0))
    turn = np.arange(len(order)) - np.repeat(start, np.diff(np.append(start, len(order))))
    kept = np.empty(len(boxes), np.bool_)
    kept[order] = turn < most
    return None if kept.all() else kept
