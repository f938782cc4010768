"""Detections and hidden labels to the numbers on the leaderboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

from ml.detection.average_precision import CONFIDENCE_POINTS, ClassMeasures, measure_classes
from ml.detection.detections import Detections, Floats
from ml.detection.geometry import Geometry, boxes_to_native, labels_to_native
from ml.detection.matching import MatchAccumulator, Matches


@dataclass(frozen=True)
class ClassMetrics:
    """One class that occurs in the labels; precision and recall are at IoU 0.5 and ``Metrics.best_confidence``."""

    ap50: float
    ap50_95: float
    precision: float
    recall: float
    instances: int


@dataclass(frozen=True)
class Metrics:
    """Means over the classes that occur in the labels, every ratio in 0…1; all 0 when no object is labeled.

    ``best_confidence`` is the threshold of the highest mean F1, where precision and recall are read.
    ``measures`` and ``matches`` hold the curves and the matched detections behind the numbers.
    """

    map50: float
    map50_95: float
    precision: float
    recall: float
    best_confidence: float
    images: int
    instances: int
    per_class: Mapping[str, ClassMetrics]
    measures: ClassMeasures
    matches: Matches
    seconds: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The object that ``python -m ml evaluate --json`` prints: plain and finite numbers only."""
        return {
            "map50": self.map50,
            "map50_95": self.map50_95,
            "precision": self.precision,
            "recall": self.recall,
            "best_confidence": self.best_confidence,
            "images": self.images,
            "instances": self.instances,
            "per_class": {name: vars(one) for name, one in self.per_class.items()},
            "seconds": dict(self.seconds),
        }


def score(
    detections_per_image: Sequence[Detections],
    labels_per_image: Sequence[Floats],
    geometries: Sequence[Geometry],
    names: Sequence[str],
) -> Metrics:
    """Measure predictions (canvas pixels) against labels (n, 5) [class, x, y, w, h normalized], picture by picture.

    Matching happens in the pictures' own pixels, as in YOLOv5 v6.2. Raises ValueError when the three sequences are
    not of the same length, for a class that ``names`` does not have, and for wrong shapes.
    """
    started = perf_counter()
    if not len(detections_per_image) == len(labels_per_image) == len(geometries):
        raise ValueError(
            f"{len(detections_per_image)} predictions, {len(labels_per_image)} label sets, {len(geometries)} pictures"
        )
    pictures = MatchAccumulator()
    for found, labels, geometry in zip(detections_per_image, labels_per_image, geometries, strict=True):
        _check_classes(found, labels, len(names))
        truth = labels_to_native(labels, geometry)  # (m, 5)
        pictures.add(
            boxes_to_native(found.xyxy, geometry),
            found.confidence,
            found.class_index,
            truth[:, 1:],
            truth[:, 0].astype(np.int64),
        )
    return _summarize(pictures.matches(), names, started)


def _summarize(matches: Matches, names: Sequence[str], started: float) -> Metrics:
    measures = measure_classes(matches.true_positives(), matches.confidence, matches.class_index, matches.label_class)
    ap = measures.average_precision  # (K, 10)
    precision, recall = measures.precision, measures.recall  # (K,)
    return Metrics(
        map50=_mean(ap[:, 0]),
        map50_95=_mean(ap),
        precision=_mean(precision),
        recall=_mean(recall),
        best_confidence=float(CONFIDENCE_POINTS[measures.best_point]),
        images=matches.images,
        instances=len(matches.label_class),
        per_class={
            names[index]: ClassMetrics(
                ap50=float(ap[row, 0]),
                ap50_95=float(ap[row].mean()),
                precision=float(precision[row]),
                recall=float(recall[row]),
                instances=int(measures.instances[row]),
            )
            for row, index in enumerate(measures.class_index)
        },
        measures=measures,
        matches=matches,
        seconds={"match": perf_counter() - started},
    )


def _mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    return float(values.mean()) if values.size else 0.0


def _check_classes(found: Detections, labels: Floats, class_count: int) -> None:
    if labels.ndim != 2 or labels.shape[1] != 5:
        raise ValueError(f"labels must have shape (n, 5), not {labels.shape}")
    for classes in (found.class_index, labels[:, 0]):
        if len(classes) and not 0 <= classes.min() <= classes.max() < class_count:
            raise ValueError(f"a class is not one of the {class_count} known")
