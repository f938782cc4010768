"""Detections and hidden labels to the numbers on the leaderboard."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from time import perf_counter
from typing import Any

import numpy as np

from ml.detection.boxes import Floats, SplitBoxes, collect
from ml.detection.conventions import Judge
from ml.detection.detections import Detections
from ml.detection.geometry import Geometry
from ml.detection.measures import ClassMeasures


@dataclass(frozen=True)
class ClassMetrics:
    """One class that occurs in the labels; precision, recall and F1 are at IoU 0.5 and ``Metrics.best_confidence``."""

    ap50: float
    ap50_95: float
    precision: float
    recall: float
    f1: float
    instances: int


@dataclass(frozen=True)
class Metrics:
    """Means over the classes that occur in the labels, every ratio in 0…1; all 0 when no object is labeled.

    ``best_confidence`` is the threshold of the highest mean F1, where precision, recall and F1 are read. ``judge``
    holds the boxes behind the numbers, ready to be judged under the other conventions.
    """

    map50: float
    map50_95: float
    precision: float
    recall: float
    f1: float
    best_confidence: float
    images: int
    instances: int
    per_class: Mapping[str, ClassMetrics]
    convention: str
    names: Sequence[str]
    judge: Judge
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def measures(self) -> ClassMeasures:
        return self.judge(self.convention).measures

    def under(self, convention: str) -> "Metrics":
        """The same boxes with another convention's headline. Raises KeyError for an unknown one."""
        return self if convention == self.convention else _summary(self.judge, self.names, convention, self.seconds)

    def to_json(self) -> dict[str, Any]:
        """The object that ``python -m ml evaluate --json`` prints: plain and finite numbers only."""
        from ml.detection.report import report

        return {**report(self), "seconds": dict(self.seconds)}


def score(
    detections_per_image: Sequence[Detections],
    labels_per_image: Sequence[Floats],
    geometries: Sequence[Geometry],
    names: Sequence[str],
    convention: str = "yolov5",
) -> Metrics:
    """Measure predictions (canvas pixels) against labels (n, 5) [class, x, y, w, h normalized], picture by picture.

    Matching happens in the pictures' own pixels, as in YOLOv5 v6.2. Raises ValueError when the three sequences are
    not of the same length, for a class that ``names`` does not have, and for wrong shapes.
    """
    started = perf_counter()
    boxes = collect(detections_per_image, labels_per_image, geometries, len(names))
    return measure_boxes(boxes, names, convention, started=started)


def measure_boxes(
    boxes: SplitBoxes, names: Sequence[str], convention: str = "yolov5", *, started: float | None = None
) -> Metrics:
    """The same of boxes that have been collected. Raises KeyError for an unknown convention."""
    started = perf_counter() if started is None else started
    metrics = _summary(Judge(boxes), names, convention, {})
    return replace(metrics, seconds={"match": perf_counter() - started})


def _summary(judge: Judge, names: Sequence[str], convention: str, seconds: Mapping[str, float]) -> Metrics:
    boxes, measures = judge.boxes, judge(convention).measures
    ap = measures.average_precision  # (K, 10)
    precision, recall, f1 = measures.precision, measures.recall, measures.f1  # (K,) each
    return Metrics(
        map50=mean(ap[:, 0]),
        map50_95=mean(ap),
        precision=mean(precision),
        recall=mean(recall),
        f1=mean(f1),
        best_confidence=measures.best_confidence,
        images=boxes.images,
        instances=len(boxes.label_class),
        per_class={
            names[index]: ClassMetrics(
                ap50=float(ap[row, 0]),
                ap50_95=float(ap[row].mean()),
                precision=float(precision[row]),
                recall=float(recall[row]),
                f1=float(f1[row]),
                instances=int(measures.instances[row]),
            )
            for row, index in enumerate(measures.class_index)
        },
        convention=convention,
        names=tuple(names),
        judge=judge,
        seconds=seconds,
    )


def headline(metrics: Metrics) -> dict[str, Any]:
    """The numbers that are always there, as JSON."""
    return {
        "map50": metrics.map50,
        "map50_95": metrics.map50_95,
        "precision": metrics.precision,
        "recall": metrics.recall,
        "f1": metrics.f1,
        "best_confidence": metrics.best_confidence,
        "images": metrics.images,
        "instances": metrics.instances,
        "per_class": {name: asdict(one) for name, one in metrics.per_class.items()},
    }


def mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """0 where there is nothing to average."""
    return float(values.mean()) if values.size else 0.0
