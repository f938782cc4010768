"""Everything that is said about a split's boxes, as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from ml.detection import confusion, mistakes
from ml.detection.average_precision import RECALL_POINTS, Doubles
from ml.detection.conventions import CONVENTIONS
from ml.detection.measures import DRAWN_POINTS, ClassMeasures
from ml.detection.metrics import Metrics, headline, mean
from ml.detection.pairs import Pairs
from ml.detection.sizes import measure_sizes

#: Curves of single classes and the confusion matrix are given up to this many classes.
DRAWN_CLASSES: Final = 100


def report(metrics: Metrics) -> dict[str, Any]:
    """Plain and finite numbers only. Ratios are whole, points of curves rounded to four digits."""
    boxes, measures = metrics.judge.boxes, metrics.measures
    sizes = measure_sizes(metrics.judge, metrics.best_confidence)
    sure = mistakes.sure_pairs(boxes)
    return {
        **headline(metrics),
        "conventions": {name: _convention(metrics, name) for name in CONVENTIONS},
        "per_size": {size: asdict(one) for size, one in sizes.items()},
        "curves": _curves(measures, metrics.names),
        "pr": _pr(measures, metrics.names),
        "confusion": _confusion(metrics, sure),
        "errors": mistakes.find_mistakes(boxes, sure).counts(),
    }


def _convention(metrics: Metrics, name: str) -> dict[str, float | None]:
    """COCO has no single threshold, hence no precision, recall or F1 of its own."""
    measures = metrics.judge(name).measures
    ap = measures.average_precision
    at_best = {"precision": measures.precision, "recall": measures.recall, "f1": measures.f1}
    return {
        "map50": mean(ap[:, 0]),
        "map50_95": mean(ap),
        **{key: None if name == "coco" else mean(values) for key, values in at_best.items()},
    }


def _curves(measures: ClassMeasures, names: Sequence[str]) -> dict[str, Any]:
    curves = {name: getattr(measures.drawn, name) for name in ("precision", "recall", "f1")}  # (K, 101) each
    return {
        "confidence": _rounded(DRAWN_POINTS),
        **{name: _rounded(_mean_curve(values)) for name, values in curves.items()},
        "per_class": {
            names[index]: {name: _rounded(values[row]) for name, values in curves.items()}
            for row, index in enumerate(_drawn(measures))
        },
    }


def _pr(measures: ClassMeasures, names: Sequence[str]) -> dict[str, Any]:
    precision = measures.precision_at_recalls  # (K, 101)
    return {
        "recall": _rounded(RECALL_POINTS),
        "precision": _rounded(_mean_curve(precision)),
        "per_class": {names[index]: _rounded(precision[row]) for row, index in enumerate(_drawn(measures))},
    }


def _drawn(measures: ClassMeasures) -> list[int]:
    return measures.class_index.tolist() if len(measures.class_index) <= DRAWN_CLASSES else []


def _confusion(metrics: Metrics, sure: Pairs) -> dict[str, Any] | None:
    if len(metrics.names) > DRAWN_CLASSES:
        return None
    return {
        "names": [*metrics.names, "background"],
        "counts": confusion.confusion(metrics.judge.boxes, len(metrics.names), sure).tolist(),
        "confidence": confusion.CONFIDENCE,
        "iou": confusion.IOU,
    }


def _mean_curve(curves: Doubles) -> Doubles:
    return np.asarray(curves.mean(axis=0)) if len(curves) else np.zeros(curves.shape[1])


def _rounded(curve: Doubles) -> list[float]:
    return list(np.round(curve, 4).tolist())
