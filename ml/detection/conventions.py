"""The same boxes judged as YOLOv5, as ultralytics and as COCO would: who is right, and how areas are read.

| | YOLOv5 v6.2 | ultralytics 8.4 | COCO |
|---|---|---|---|
| labels | rounded on their way through the canvas | as drawn | as drawn |
| a detection whose best label is taken | is wrong | takes the best that is left | takes the best that is left |
| labels at the same overlap | the last | the first | the last |
| kept of a class in a picture | all | all | the 100 surest |
| area | trapezoids and a last line | trapezoids | mean of 101 points |

All overlaps are in the pictures' own pixels, boxes clipped to the picture, as in YOLOv5 v6.2 and COCO. ultralytics'
validator compares on the canvas, without clipping: it differs where boxes run out of the picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ml.detection import average_precision as areas
from ml.detection.boxes import Doubles, Integers, SplitBoxes
from ml.detection.matching import COCO_THRESHOLDS, IOU_THRESHOLDS, claims, preferred, served
from ml.detection.measures import ClassMeasures, measure
from ml.detection.pairs import Pairs, drawn_iou, same_class_pairs
from ml.detection.ranking import Ranking, first_per_class, rank

CONVENTIONS: Final = ("yolov5", "ultralytics", "coco")
RULES: Final[Mapping[str, areas.Rule]] = {
    "yolov5": areas.YOLOV5, "ultralytics": areas.ULTRALYTICS, "coco": areas.COCO
}  # fmt: skip

#: COCO's ``maxDets``: detections of one class that count in one picture, the surest first.
COCO_MOST: Final = 100

#: Pairs that overlap less cannot be matched under any convention: labels that were rounded and labels as they were
#: drawn are less than a pixel apart.
_LOWEST_IOU: Final = 0.2

#: COCO lets an overlap of exactly 1 pass the strictest threshold.
_COCO_CEILING: Final = 1 - 1e-10


@dataclass(frozen=True)
class Judged:
    """One convention's opinion of a split: the ranking of what counts, and who is right at each threshold."""

    ranking: Ranking
    right: list[Integers]  # per threshold, detections
    rule: areas.Rule
    measures: ClassMeasures


class Judge:
    """Judges one split's boxes; what the conventions share is computed once."""

    def __init__(self, boxes: SplitBoxes) -> None:
        self.boxes = boxes
        self._judged: dict[str, Judged] = {}

    def __call__(self, convention: str) -> Judged:
        """Raises KeyError for a convention that is not one of ``CONVENTIONS``."""
        if convention not in self._judged:
            ranking = self.coco_ranking if convention == "coco" else self._ranking
            right = {"yolov5": self._yolov5, "ultralytics": self._ultralytics, "coco": self._coco}[convention]()
            rule = RULES[convention]
            self._judged[convention] = Judged(
                ranking, right, rule, measure(ranking, right, self.boxes.confidence, rule)
            )
        return self._judged[convention]

    @cached_property
    def pairs(self) -> Pairs:
        """Of the same class, that overlap at all."""
        return same_class_pairs(self.boxes, _LOWEST_IOU)

    @cached_property
    def iou_drawn(self) -> Doubles:
        """(P,) overlaps of ``pairs`` with the labels as they were drawn."""
        return drawn_iou(self.boxes, self.pairs)

    @cached_property
    def coco_ranking(self) -> Ranking:
        kept = first_per_class(self.boxes, COCO_MOST)
        return self._ranking if kept is None else self._rank(kept)

    @cached_property
    def coco_pairs(self) -> tuple[Pairs, Doubles]:
        """Pairs of detections that COCO counts, with their overlap in double precision."""
        counts = (self.coco_ranking.place[self.pairs.detection] >= 0) & (self.iou_drawn >= COCO_THRESHOLDS[0])
        rows = np.flatnonzero(counts)
        return self.pairs[rows], self.iou_drawn[rows]

    @cached_property
    def _ranking(self) -> Ranking:
        return self._rank(None)

    def _rank(self, kept: np.ndarray[tuple[int], np.dtype[np.bool_]] | None) -> Ranking:
        return rank(self.boxes.class_index, self.boxes.confidence, self.boxes.label_class, kept)

    def _yolov5(self) -> list[Integers]:
        return claims(self.pairs)

    def _ultralytics(self) -> list[Integers]:
        iou = self.iou_drawn.astype(np.float32)
        order = preferred(self.pairs, iou, last_of_equals=False)
        pairs, iou = self.pairs[order], iou[order]
        right = []
        for threshold in IOU_THRESHOLDS:
            rows = np.flatnonzero(iou >= threshold)
            right.append(pairs.detection[rows[served(pairs.detection[rows], pairs.label[rows])]])
        return right

    def _coco(self) -> list[Integers]:
        pairs, iou = self.coco_pairs
        order = preferred(pairs, iou, last_of_equals=True)
        pairs, iou = pairs[order], iou[order]
        right = []
        for threshold in coco_thresholds():
            rows = np.flatnonzero(iou >= threshold)
            right.append(pairs.detection[rows[served(pairs.detection[rows], pairs.label[rows])]])
        return right


def coco_thresholds() -> Doubles:
    return np.minimum(COCO_THRESHOLDS, _COCO_CEILING)
