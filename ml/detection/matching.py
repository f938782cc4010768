"""Detections against labels, once for all ten IoU thresholds.

YOLOv5 v6.2's ``process_batch`` lets every detection claim the one label of its class that it overlaps most, and
every label be claimed once, by its most confident detection. The claimed label does not depend on the threshold,
so it is found once; only the race for it is run again at each threshold.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

IOU_THRESHOLDS: Final[Floats] = np.linspace(0.5, 0.95, 10, dtype=np.float32)


def box_iou(first_xyxy: Floats, second_xyxy: Floats) -> Floats:
    """Intersection over union of every pair, (n, 4) and (m, 4) → (n, m); 0 where both boxes are empty."""
    _check_boxes(first_xyxy)
    _check_boxes(second_xyxy)
    upper_left = np.maximum(first_xyxy[:, None, :2], second_xyxy[None, :, :2])  # (n, m, 2)
    lower_right = np.minimum(first_xyxy[:, None, 2:], second_xyxy[None, :, 2:])
    sides = np.clip(lower_right - upper_left, 0, None)
    intersection = sides[..., 0] * sides[..., 1]  # (n, m)
    union = _area(first_xyxy)[:, None] + _area(second_xyxy)[None] - intersection
    return np.asarray(np.divide(intersection, union, out=np.zeros_like(intersection), where=union > 0))


def claimed_labels(
    xyxy: Floats, class_index: Integers, label_xyxy: Floats, label_class: Integers
) -> tuple[Floats, Integers]:
    """For each of n detections: its best IoU with a label of its class, and that label's row.

    Without such a label the IoU is −1 and the row 0. Of labels at the same IoU the last row is taken, as upstream.
    """
    count = len(class_index)
    if not len(label_class) or not count:
        return np.full(count, -1, np.float32), np.zeros(count, np.int64)
    overlap = box_iou(label_xyxy, xyxy)  # (labels, n)
    overlap = np.where(label_class[:, None] == class_index[None], overlap, np.float32(-1))
    row = len(label_class) - 1 - overlap[::-1].argmax(axis=0)  # (n,)
    return overlap[row, np.arange(count)], row


@dataclass(frozen=True)
class Matches:
    """All detections (N) and labels (M) of a split, pictures one after another, matched once.

    ``claimed`` numbers labels over the whole split; detections of a picture are in descending confidence.
    """

    confidence: Floats  # (N,)
    class_index: Integers  # (N,)
    image: Integers  # (N,)
    claimed_iou: Floats  # (N,)
    claimed: Integers  # (N,)
    label_class: Integers  # (M,)
    label_image: Integers  # (M,)
    images: int

    def true_positives(self) -> npt.NDArray[np.bool_]:
        """(N, 10): is the detection the first to claim its label, at each of ``IOU_THRESHOLDS``?"""
        correct = np.zeros((len(self.confidence), len(IOU_THRESHOLDS)), dtype=np.bool_)
        rows = np.flatnonzero(self.claimed_iou >= IOU_THRESHOLDS[0])
        for column, threshold in enumerate(IOU_THRESHOLDS):
            rows = rows[self.claimed_iou[rows] >= threshold]
            _, first = np.unique(self.claimed[rows], return_index=True)
            correct[rows[first], column] = True
        return correct


@dataclass(frozen=True)
class _Picture:
    confidence: Floats  # (n,)
    class_index: Integers  # (n,)
    claimed_iou: Floats  # (n,)
    claimed: Integers  # (n,)
    label_class: Integers  # (m,)


@dataclass
class MatchAccumulator:
    """Collects pictures one by one; ``matches`` joins them."""

    _pictures: list["_Picture"] = field(default_factory=list)
    _label_count: int = 0

    def add(
        self, xyxy: Floats, confidence: Floats, class_index: Integers, label_xyxy: Floats, label_class: Integers
    ) -> None:
        """One picture: n boxes (n, 4), (n,), (n,) against m labels (m, 4), (m,), all in the same pixels.

        Raises ValueError for wrong shapes or values that are not finite numbers.
        """
        _check_picture(xyxy, confidence, class_index, label_xyxy, label_class)
        order = np.argsort(-confidence, kind="stable")
        confidence, class_index, xyxy = confidence[order], class_index[order], xyxy[order]
        iou, row = claimed_labels(xyxy, class_index, label_xyxy, label_class)
        self._pictures.append(_Picture(confidence, class_index, iou, row + self._label_count, label_class))
        self._label_count += len(label_class)

    def matches(self) -> Matches:
        """Everything added so far."""
        counts = [len(one.confidence) for one in self._pictures]
        label_counts = [len(one.label_class) for one in self._pictures]
        return Matches(
            confidence=_floats([one.confidence for one in self._pictures]),
            class_index=_integers([one.class_index for one in self._pictures]),
            image=np.repeat(np.arange(len(counts)), counts),
            claimed_iou=_floats([one.claimed_iou for one in self._pictures]),
            claimed=_integers([one.claimed for one in self._pictures]),
            label_class=_integers([one.label_class for one in self._pictures]),
            label_image=np.repeat(np.arange(len(counts)), label_counts),
            images=len(counts),
        )


def _floats(parts: list[Floats]) -> Floats:
    return np.concatenate((*parts, np.zeros(0))).astype(np.float32)


def _integers(parts: list[Integers]) -> Integers:
    return np.concatenate((*parts, np.zeros(0, np.int64))).astype(np.int64)


def _area(xyxy: Floats) -> Floats:
    return np.asarray((xyxy[:, 2] - xyxy[:, 0]) * (xyxy[:, 3] - xyxy[:, 1]))


def _check_boxes(xyxy: Floats) -> None:
    if xyxy.ndim != 2 or xyxy.shape[1] != 4:
        raise ValueError(f"boxes must have shape (n, 4), not {xyxy.shape}")


def _check_picture(
    xyxy: Floats, confidence: Floats, class_index: Integers, label_xyxy: Floats, label_class: Integers
) -> None:
    _check_boxes(xyxy)
    _check_boxes(label_xyxy)
    if confidence.shape != (len(xyxy),) or class_index.shape != (len(xyxy),):
        raise ValueError(f"{len(xyxy)} boxes, confidence {confidence.shape}, class_index {class_index.shape}")
    if label_class.shape != (len(label_xyxy),):
        raise ValueError(f"{len(label_xyxy)} labels, label_class {label_class.shape}")
    if not (np.isfinite(xyxy).all() and np.isfinite(confidence).all() and np.isfinite(label_xyxy).all()):
        raise ValueError("boxes, confidences and labels must be finite numbers")
