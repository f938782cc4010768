"""Who finds which label: the two rules of the field, for a whole split at once.

Both serve detections by descending confidence, and a label is found once. They differ in what a detection may do whose
best label is taken: nothing (YOLOv5 v6.2's ``process_batch``), or take the best one that is left (ultralytics' and
COCO's programs). ``detection`` and ``label`` are columns of pairs (``ml.detection.pairs``); within a picture a smaller
detection is a surer one.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from ml.detection.boxes import Doubles, Floats, Integers
from ml.detection.pairs import Pairs

IOU_THRESHOLDS: Final[Floats] = np.linspace(0.5, 0.95, 10, dtype=np.float32)
"""Upstream's own, to the bit."""

COCO_THRESHOLDS: Final[Doubles] = np.linspace(0.5, 0.95, 10)


def claims(pairs: Pairs) -> list[Integers]:
    """Detections that are right at each of ``IOU_THRESHOLDS`` by v6.2's rule.

    A detection claims the one label of its class that it overlaps most (of equals the last, as upstream); the label
    does not depend on the threshold, only the race for it does.
    """
    pairs = pairs[pairs.iou >= IOU_THRESHOLDS[0]]
    order = np.lexsort((pairs.label, pairs.iou, pairs.detection))
    detection = pairs.detection[order]
    last = np.flatnonzero(np.append(detection[1:] != detection[:-1], True))[: len(detection)]
    claimed = pairs[order[last]]
    right = []
    for threshold in IOU_THRESHOLDS:
        claimed = claimed[claimed.iou >= threshold]
        right.append(claimed.detection[_first_of_each(claimed.label)])
    return right


def served(detection: Integers, label: Integers) -> Integers:
    """Rows of the pairs in which a detection gets a label: each in turn takes the first of its own that is free.

    Pairs come by ascending detection, a detection's own in the order that it prefers. It is the stable marriage of
    detections and labels where every label prefers the surest, so all may propose at once: whoever is beaten at a
    label crosses it out and proposes to the next, until nobody is beaten.
    """
    rows = np.arange(len(detection))
    while True:
        first = np.flatnonzero(np.append(True, detection[1:] != detection[:-1])[: len(detection)])
        if not len(first):
            return rows
        holder = np.full(int(label.max()) + 1, len(detection) and detection.max() + 1)
        holder[label[first][::-1]] = detection[first][::-1]  # the smallest is written last
        beaten = detection > holder[label]
        if not beaten[first].any():
            return rows[first]
        rows, detection, label = rows[~beaten], detection[~beaten], label[~beaten]


def preferred(pairs: Pairs, iou: npt.NDArray[np.floating], *, last_of_equals: bool) -> Integers:
    """Rows of the pairs by detection, then by descending overlap; equal overlaps in the labels' order or backwards."""
    label = -pairs.label if last_of_equals else pairs.label
    return np.lexsort((label, -iou, pairs.detection))


def _first_of_each(values: Integers) -> Integers:
    """Ascending rows at which a value occurs for the first time."""
    _, first = np.unique(values, return_index=True)
    return np.sort(first)
