"""Average precision per class, with YOLOv5 v6.2's conventions.

Source: ``ap_per_class`` and ``compute_ap`` of ``utils/metrics.py``, release v6.2. They are kept to the digit:
- 101 recall points joined by trapezoids, under the precision envelope: a perfect class scores 0.995, not 1;
- the last precision is joined to (recall 1, precision 0) by a straight line, so that a high confidence threshold
  can *raise* the result;
- precision and recall are read where the smoothed mean F1 over the classes is highest, not at a fixed threshold;
- only classes that occur in the labels count; without a label there is nothing to average and every mean is 0.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_RECALL_POINTS: Final[Doubles] = np.linspace(0, 1, 101)
CONFIDENCE_POINTS: Final[Doubles] = np.linspace(0, 1, 1000)
"""Where the curves over confidence are sampled."""

_TINY: Final = 1e-16
_F1_SMOOTHING: Final = 0.1


@dataclass(frozen=True)
class ClassMeasures:
    """Measures of the K classes that occur in the labels, in ascending class order; T is the number of thresholds.

    The curves are at the first threshold (IoU 0.5) over ``CONFIDENCE_POINTS``.
    """

    class_index: Integers  # (K,)
    instances: Integers  # (K,)
    average_precision: Doubles  # (K, T)
    precision_curve: Doubles  # (K, 1000)
    recall_curve: Doubles  # (K, 1000)

    @property
    def f1_curve(self) -> Doubles:
        """(K, 1000)"""
        total = self.precision_curve + self.recall_curve + _TINY
        return np.asarray(2 * self.precision_curve * self.recall_curve / total)

    @property
    def best_point(self) -> int:
        """Index in ``CONFIDENCE_POINTS`` of the highest smoothed mean F1; 0 when there is no class."""
        if not len(self.class_index):
            return 0
        return int(smooth(self.f1_curve.mean(axis=0), _F1_SMOOTHING).argmax())

    @property
    def precision(self) -> Doubles:
        """(K,) at the best point"""
        return self.precision_curve[:, self.best_point]

    @property
    def recall(self) -> Doubles:
        """(K,) at the best point"""
        return self.recall_curve[:, self.best_point]


def measure_classes(
    true_positive: npt.NDArray[np.bool_],
    confidence: npt.NDArray[np.floating],
    class_index: Integers,
    label_class: Integers,
) -> ClassMeasures:
    """Measures from N matched detections (N, T), (N,), (N,) and the classes of all M labels (M,).

    Raises ValueError for wrong shapes and for confidences that are not finite.
    """
    count = len(confidence)
    if true_positive.ndim != 2 or len(true_positive) != count or class_index.shape != (count,):
        raise ValueError(f"{count} confidences, true_positive {true_positive.shape}, class_index {class_index.shape}")
    if not np.isfinite(confidence).all():
        raise ValueError("confidences must be finite numbers")
    order = np.lexsort((-confidence, class_index))  # by class, then descending confidence; equal ones keep their order
    true_positive, confidence, class_index = true_positive[order], confidence[order], class_index[order]
    classes, instances = np.unique(label_class, return_counts=True)
    first = np.searchsorted(class_index, classes, side="left")
    last = np.searchsorted(class_index, classes, side="right")

    average_precision = np.zeros((len(classes), true_positive.shape[1]))
    precision_curve = np.zeros((len(classes), len(CONFIDENCE_POINTS)))
    recall_curve = np.zeros_like(precision_curve)
    for row in range(len(classes)):
        rows = slice(first[row], last[row])
        if first[row] == last[row]:
            continue
        recall, precision = precision_recall(true_positive[rows], int(instances[row]))  # (n, T) each
        descending = -confidence[rows].astype(np.float64)
        recall_curve[row] = np.interp(-CONFIDENCE_POINTS, descending, recall[:, 0], left=0)
        precision_curve[row] = np.interp(-CONFIDENCE_POINTS, descending, precision[:, 0], left=1)
        average_precision[row] = average_precisions(recall, precision)
    return ClassMeasures(classes, instances, average_precision, precision_curve, recall_curve)


def precision_recall(true_positive: npt.NDArray[np.bool_], instances: int) -> tuple[Doubles, Doubles]:
    """Recall and precision (n, T) after each of n detections in descending confidence."""
    found = true_positive.cumsum(axis=0, dtype=np.float64)
    seen = np.arange(1, len(true_positive) + 1, dtype=np.float64)[:, None]
    return found / (instances + _TINY), found / seen


def average_precisions(recall: Doubles, precision: Doubles) -> Doubles:
    """Area (T,) under the precision envelope of each column of (n, T) curves, by 101-point trapezoids."""
    envelope = np.maximum.accumulate(precision[::-1], axis=0)[::-1]
    return np.array([_area(recall[:, column], envelope[:, column]) for column in range(recall.shape[1])])


def envelope_at(recall: Doubles, envelope: Doubles, points: Doubles) -> Doubles:
    """Precision envelope (n,) read at any recall ``points``, from (0, 1) to (1, 0) as upstream closes the curve."""
    closed_recall = np.concatenate(([0.0], recall, [1.0]))
    return np.interp(points, closed_recall, np.concatenate(([1.0], envelope, [0.0])))


def smooth(values: Doubles, fraction: float) -> Doubles:
    """Moving average over ``fraction`` of the length, ends repeated (upstream's box filter)."""
    width = round(len(values) * fraction * 2) // 2 + 1
    margin = np.ones(width // 2)
    padded = np.concatenate((margin * values[0], values, margin * values[-1]))
    return np.convolve(padded, np.ones(width) / width, mode="valid")


def _area(recall: Doubles, envelope: Doubles) -> float:
    return float(np.trapezoid(envelope_at(recall, envelope, _RECALL_POINTS), _RECALL_POINTS))
