"""Which class was taken for which: YOLOv5's confusion matrix.

Source: ``ConfusionMatrix.process_batch`` of ``utils/metrics.py``, YOLOv5 release v6.2, at its thresholds. Classes do
not matter for matching: of all overlaps above 0.45 every detection keeps its largest, then every label its largest.
One difference: v6.2 forgets the false alarms of pictures in which nothing is matched; they are counted here.
"""

from typing import Final

import numpy as np

from ml.detection.boxes import Integers, SplitBoxes
from ml.detection.pairs import Pairs, pairs_of

CONFIDENCE: Final = 0.25
IOU: Final = 0.45


def confusion(boxes: SplitBoxes, class_count: int, pairs: Pairs | None = None) -> Integers:
    """(K + 1, K + 1) counts, rows predicted and columns true; the last of both is the background.

    ``pairs`` are overlaps of the detections surer than 0.25 with labels of any class, where somebody has them.
    """
    sure = np.flatnonzero(boxes.confidence > CONFIDENCE)
    pairs = pairs_of(boxes, sure, IOU) if pairs is None else pairs
    pairs = pairs[np.flatnonzero(pairs.iou > np.float32(IOU))]
    for side in ("detection", "label"):  # first each detection's largest overlap, then each label's
        order = np.lexsort((-pairs.iou, getattr(pairs, side)))
        _, first = np.unique(getattr(pairs, side)[order], return_index=True)
        pairs = pairs[order[first]]
    matrix = np.zeros((class_count + 1, class_count + 1), np.int64)
    np.add.at(matrix, (boxes.class_index[pairs.detection], boxes.label_class[pairs.label]), 1)
    alarms = np.setdiff1d(sure, pairs.detection, assume_unique=True)
    missed = np.setdiff1d(np.arange(len(boxes.label_class)), pairs.label, assume_unique=True)
    matrix[:class_count, class_count] = np.bincount(boxes.class_index[alarms], minlength=class_count)
    matrix[class_count, :class_count] = np.bincount(boxes.label_class[missed], minlength=class_count)
    return matrix
