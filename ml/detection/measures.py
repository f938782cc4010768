"""What is measured per class: average precision, and precision, recall and F1 against confidence.

Source of the curves: ``ap_per_class`` of ``utils/metrics.py``, YOLOv5 release v6.2, which ultralytics 8.4 keeps:
precision and recall are read where the smoothed mean F1 over the classes is highest, not at a fixed threshold; only
classes that occur in the labels count; without a label there is nothing to average and every mean is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from ml.detection.average_precision import YOLOV5, Doubles, Integers, Rule, precision_at_recalls, runs_of, stairs
from ml.detection.ranking import Ranking, rank

CONFIDENCE_POINTS: Final[Doubles] = np.linspace(0, 1, 1000)
"""Where upstream looks for the best threshold."""

DRAWN_POINTS: Final[Doubles] = np.linspace(0, 1, 101)
"""Where curves that people look at are read."""

_TINY: Final = 1e-16
_F1_SMOOTHING: Final = 0.1


@dataclass(frozen=True)
class ConfidenceCurves:
    """Precision and recall of K classes at IoU 0.5 when only what is surer than each point is kept."""

    points: Doubles  # (n,)
    precision: Doubles  # (K, n)
    recall: Doubles  # (K, n)

    @cached_property
    def f1(self) -> Doubles:
        """(K, n)"""
        return np.asarray(2 * self.precision * self.recall / (self.precision + self.recall + _TINY))


@dataclass(frozen=True)
class ClassMeasures:
    """Measures of the K classes that occur in the labels, in ascending class order; T is the number of thresholds."""

    class_index: Integers  # (K,)
    instances: Integers  # (K,)
    average_precision: Doubles  # (K, T)
    searched: ConfidenceCurves  # at CONFIDENCE_POINTS
    drawn: ConfidenceCurves  # at DRAWN_POINTS
    precision_at_recalls: Doubles  # (K, 101), at the first threshold (IoU 0.5)

    @cached_property
    def best_point(self) -> int:
        """Index in ``CONFIDENCE_POINTS`` of the highest smoothed mean F1; 0 when there is no class."""
        if not len(self.class_index):
            return 0
        return int(smooth(self.searched.f1.mean(axis=0), _F1_SMOOTHING).argmax())

    @property
    def best_confidence(self) -> float:
        return float(CONFIDENCE_POINTS[self.best_point])

    @property
    def precision(self) -> Doubles:
        """(K,) at the best point"""
        return self.searched.precision[:, self.best_point]

    @property
    def recall(self) -> Doubles:
        """(K,) at the best point"""
        return self.searched.recall[:, self.best_point]

    @property
    def f1(self) -> Doubles:
        """(K,) at the best point"""
        return self.searched.f1[:, self.best_point]


def measure(
    ranking: Ranking, right: Sequence[Integers], confidence: npt.NDArray[np.floating], rule: Rule
) -> ClassMeasures:
    """``right`` holds the detections (rows of N confidences) that are right at each threshold."""
    steps = stairs(ranking, runs_of(ranking, right))
    is_right = np.zeros(len(ranking.rows), np.bool_)
    places = ranking.place[right[0]]
    is_right[places[places >= 0]] = True
    ranked = confidence[ranking.rows]
    return ClassMeasures(
        class_index=ranking.classes,
        instances=ranking.instances,
        average_precision=steps.areas(rule).T,
        searched=_curves(ranking, is_right, ranked, CONFIDENCE_POINTS),
        drawn=_curves(ranking, is_right, ranked, DRAWN_POINTS),
        precision_at_recalls=precision_at_recalls(steps, rule),
    )


def measure_classes(
    true_positive: npt.NDArray[np.bool_],
    confidence: npt.NDArray[np.floating],
    class_index: Integers,
    label_class: Integers,
    rule: Rule = YOLOV5,
) -> ClassMeasures:
    """Measures from N matched detections (N, T), (N,), (N,) and the classes of all M labels (M,).

    Raises ValueError for wrong shapes and for confidences that are not finite.
    """
    count = len(confidence)
    if true_positive.ndim != 2 or len(true_positive) != count or class_index.shape != (count,):
        raise ValueError(f"{count} confidences, true_positive {true_positive.shape}, class_index {class_index.shape}")
    ranking = rank(class_index, confidence.astype(np.float32), label_class)
    return measure(ranking, [np.flatnonzero(column) for column in true_positive.T], confidence, rule)


def smooth(values: Doubles, fraction: float) -> Doubles:
    """Moving average over ``fraction`` of the length, ends repeated (upstream's box filter)."""
    width = round(len(values) * fraction * 2) // 2 + 1
    margin = np.ones(width // 2)
    padded = np.concatenate((margin * values[0], values, margin * values[-1]))
    return np.convolve(padded, np.ones(width) / width, mode="valid")


def _curves(
    ranking: Ranking, is_right: npt.NDArray[np.bool_], confidence: npt.NDArray[np.floating], points: Doubles
) -> ConfidenceCurves:
    """Both curves at ``points``, between detections by straight lines; ``is_right``, ``confidence``: by place."""
    precision = np.zeros((len(ranking.classes), len(points)))
    recall = np.zeros_like(precision)
    for row, (first, last) in enumerate(zip(ranking.first, ranking.last, strict=True)):
        if first == last:
            continue
        descending = -confidence[first:last].astype(np.float64)
        found = is_right[first:last].cumsum(dtype=np.float64)
        recall[row] = np.interp(-points, descending, found / (ranking.instances[row] + _TINY), left=0)
        precision[row] = np.interp(-points, descending, found / np.arange(1.0, last - first + 1), left=1)
    return ConfidenceCurves(points, precision, recall)
