"""Which detections overlap which labels: all pairs of a split at once, only those that overlap kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from ml.detection.boxes import Doubles, Floats, Integers, SplitBoxes

Number = TypeVar("Number", bound=np.floating[Any])

#: Pairs looked at together: enough for NumPy's pace, few enough for a processor's cache.
_AT_ONCE: Final = 1 << 17


@dataclass(frozen=True)
class Pairs:
    """P overlaps by ascending detection, then ascending label."""

    detection: Integers  # (P,)
    label: Integers  # (P,)
    iou: Floats  # (P,)

    def __getitem__(self, rows: npt.NDArray[np.bool_] | Integers) -> "Pairs":
        return Pairs(self.detection[rows], self.label[rows], self.iou[rows])


def box_iou(first_xyxy: Floats, second_xyxy: Floats) -> Floats:
    """Intersection over union of every pair, (n, 4) and (m, 4) → (n, m); 0 where both boxes are empty."""
    for boxes in (first_xyxy, second_xyxy):
        if boxes.ndim != 2 or boxes.shape[1] != 4:
            raise ValueError(f"boxes must have shape (n, 4), not {boxes.shape}")
    return row_iou(first_xyxy[:, None], second_xyxy[None])


def row_iou(first_xyxy: npt.NDArray[Number], second_xyxy: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Intersection over union, box by box: (…, 4) and (…, 4) → (…), in the boxes' own precision."""
    x1, y1, x2, y2 = (first_xyxy[..., side] for side in range(4))
    u1, v1, u2, v2 = (second_xyxy[..., side] for side in range(4))
    width = np.minimum(x2, u2) - np.maximum(x1, u1)
    height = np.minimum(y2, v2) - np.maximum(y1, v1)
    intersection = width.clip(0) * height.clip(0)
    union = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - intersection
    return np.asarray(intersection / np.maximum(union, np.finfo(union.dtype).tiny))  # nothing over nothing is 0


def same_class_pairs(boxes: SplitBoxes, lowest_iou: float) -> Pairs:
    """Of a detection and a label of the same class in the same picture."""
    classes = 1 + int(max(boxes.class_index.max(initial=0), boxes.label_class.max(initial=0)))
    keys = boxes.image * classes + boxes.class_index
    return _overlaps(boxes, np.arange(len(boxes)), keys, boxes.label_image * classes + boxes.label_class, lowest_iou)


def pairs_of(boxes: SplitBoxes, rows: Integers, lowest_iou: float) -> Pairs:
    """Of some detections (ascending ``rows``) and any label in the same picture."""
    return _overlaps(boxes, rows, boxes.image[rows], boxes.label_image, lowest_iou)


def drawn_iou(boxes: SplitBoxes, pairs: Pairs) -> Doubles:
    """(P,) overlaps with the labels as they were drawn, in double precision as COCO's program."""
    return row_iou(boxes.xyxy[pairs.detection].astype(np.float64), boxes.label_drawn[pairs.label])


def _overlaps(boxes: SplitBoxes, rows: Integers, keys: Integers, label_keys: Integers, lowest_iou: float) -> Pairs:
    """Pairs of equal key that overlap by ``lowest_iou`` or more."""
    order = np.argsort(label_keys, kind="stable")  # (M,)
    known, start, size = np.unique(label_keys[order], return_index=True, return_counts=True)
    found: list[Pairs] = []
    if len(known):
        place = np.searchsorted(known, keys).clip(max=len(known) - 1)
        met = np.flatnonzero(known[place] == keys)
        rows, start, size = rows[met], start[place[met]], size[place[met]]
        for part in _slices(size):
            detection = np.repeat(rows[part], size[part])
            label = order[_ranges(start[part], size[part])]
            iou = row_iou(boxes.xyxy[detection], boxes.label_xyxy[label])
            kept = np.flatnonzero(iou >= lowest_iou)
            found.append(Pairs(detection[kept], label[kept], iou[kept]))
    return Pairs(
        np.concatenate([np.zeros(0, np.int64), *(one.detection for one in found)]),
        np.concatenate([np.zeros(0, np.int64), *(one.label for one in found)]),
        np.concatenate([np.zeros(0, np.float32), *(one.iou for one in found)]),
    )


def _slices(size: Integers) -> Iterator[slice]:
    """Consecutive slices whose sizes add up to about ``_AT_ONCE``."""
    ends = np.cumsum(size)
    first = 0
    while first < len(size):
        done = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + _AT_ONCE, side="right")))
        yield slice(first, last)
        first = last


def _ranges(start: Integers, size: Integers) -> Integers:
    """start[0] … start[0] + size[0] − 1, start[1] …"""
    ends = np.cumsum(size)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(start - ends + size, size)
