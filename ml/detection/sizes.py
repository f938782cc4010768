"""Average precision by the size of objects, with COCO's rule for objects of other sizes.

Source: ``COCOeval.evaluateImg`` of pycocotools 2.0. A label of another size is not to be found: a detection that is
given one (only when no label of this size is left for it) neither counts nor is wrong, and so is one that finds nothing
and is itself of another size. Sizes are areas in the picture's own pixels; a label on a limit is of both sizes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ml.detection.average_precision import COCO, Doubles, Integers, runs_of, stairs
from ml.detection.conventions import Judge, coco_thresholds
from ml.detection.matching import served
from ml.detection.ranking import Ranking

SIZES: Final = ("small", "medium", "large")
LIMITS: Final = (0.0, 32.0**2, 96.0**2, 1e10)  # square pixels


@dataclass(frozen=True)
class SizeMetrics:
    """Of the objects of one size: COCO's means over the classes that have some; None where there is none.

    ``recall`` is the share of these objects that a detection surer than the split's best confidence finds (IoU 0.5).
    """

    map50: float | None
    map50_95: float | None
    recall: float | None
    instances: int


def measure_sizes(judge: Judge, best_confidence: float) -> dict[str, SizeMetrics]:
    """For each of ``SIZES``."""
    return {
        size: _measure(judge, best_confidence, LIMITS[row], LIMITS[row + 1]) for row, size in enumerate(SIZES)
    }  # fmt: skip


def area(xyxy: npt.NDArray[np.floating]) -> Doubles:
    """(n,) square pixels"""
    sides = xyxy[:, 2:].astype(np.float64) - xyxy[:, :2]
    return np.asarray(sides[:, 0] * sides[:, 1])


def size_of(xyxy: npt.NDArray[np.floating]) -> Integers:
    """(n,) row in ``SIZES``; the smaller one on a limit."""
    return np.searchsorted(LIMITS[1:3], area(xyxy), side="left")


def _measure(judge: Judge, best_confidence: float, lowest: float, highest: float) -> SizeMetrics:
    boxes = judge.boxes
    label_inside = _between(area(boxes.label_drawn), lowest, highest)  # (M,)
    if not label_inside.any():
        return SizeMetrics(None, None, None, 0)
    everything = judge.coco_ranking
    ranking = _of_some_labels(everything, boxes.label_class[label_inside])
    detection_inside = _between(area(boxes.xyxy), lowest, highest)[ranking.rows]  # (n,) by place
    areas, surest = [], []
    for right, ignored in _matches(judge, label_inside):
        counts = detection_inside.copy()
        counts[ranking.place[right]] = True
        counts[ranking.place[ignored]] = False
        before = np.concatenate(([0], counts.cumsum()))
        areas.append(stairs(ranking, runs_of(ranking, [right]), before).areas(COCO))  # (1, K)
        surest.append(int((boxes.confidence[right] >= best_confidence).sum()))
    instances = int(label_inside.sum())
    return SizeMetrics(float(areas[0].mean()), float(np.mean(areas)), surest[0] / instances, instances)


def _of_some_labels(ranking: Ranking, label_class: Integers) -> Ranking:
    """The same places, for the classes of these labels only."""
    classes, instances = np.unique(label_class, return_counts=True)
    rows = np.searchsorted(ranking.classes, classes)
    return Ranking(ranking.rows, ranking.place, classes, instances, ranking.first[rows], ranking.last[rows])


def _matches(judge: Judge, label_inside: npt.NDArray[np.bool_]) -> Iterator[tuple[Integers, Integers]]:
    """Per threshold: detections that are right, and those that were given a label of another size."""
    pairs, iou = judge.coco_pairs
    inside = label_inside[pairs.label]  # (P,)
    order = np.lexsort((-pairs.label, -iou, ~inside, pairs.detection))
    pairs, iou, inside = pairs[order], iou[order], inside[order]
    for threshold in coco_thresholds():
        rows = np.flatnonzero(iou >= threshold)
        given = rows[served(pairs.detection[rows], pairs.label[rows])]
        yield pairs.detection[given[inside[given]]], pairs.detection[given[~inside[given]]]


def _between(values: Doubles, lowest: float, highest: float) -> npt.NDArray[np.bool_]:
    return np.asarray((values >= lowest) & (values <= highest))
