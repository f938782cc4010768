"""What is wrong with each box: badly placed, confused, found twice, a false alarm; and which objects were missed.

Source: D. Bolya et al., *TIDE: A General Toolbox for Identifying Object Detection Errors* (2020), with its two
overlaps: from 0.5 a box is at its place, below 0.1 it is nowhere. Only detections surer than 0.25 are looked at. Here a
box that is neither at its place nor of the right class is a false alarm (TIDE counts such boxes apart), and an object
is missed when no box found it nor explains why (confused or badly placed).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ml.detection.boxes import Integers, SplitBoxes
from ml.detection.matching import preferred, served
from ml.detection.pairs import Pairs, pairs_of

CONFIDENCE: Final = 0.25
PLACED: Final = np.float32(0.5)
NOWHERE: Final = np.float32(0.1)

VERDICTS: Final = ("right", "badly_placed", "confused", "duplicate", "false_alarm")
RIGHT, BADLY_PLACED, CONFUSED, DUPLICATE, FALSE_ALARM = range(5)


@dataclass(frozen=True)
class Mistakes:
    """Verdicts on n of a split's detections, and what became of its M labels."""

    detection: Integers  # (n,) ascending rows of the split's detections
    verdict: Integers  # (n,) row in VERDICTS
    label: Integers  # (n,) the label that the verdict is about, −1 for a false alarm
    found: npt.NDArray[np.bool_]  # (M,)
    missed: npt.NDArray[np.bool_]  # (M,) not found, and no verdict explains it

    def counts(self) -> dict[str, int]:
        number = np.bincount(self.verdict, minlength=len(VERDICTS)).tolist()
        return {
            "missed": int(self.missed.sum()),
            "false_alarms": number[FALSE_ALARM],
            "confused": number[CONFUSED],
            "badly_placed": number[BADLY_PLACED],
            "duplicates": number[DUPLICATE],
        }


def sure_pairs(boxes: SplitBoxes) -> Pairs:
    """Overlaps of the detections surer than 0.25 with labels of any class."""
    return pairs_of(boxes, np.flatnonzero(boxes.confidence > CONFIDENCE), float(NOWHERE))


def find_mistakes(boxes: SplitBoxes, pairs: Pairs | None = None) -> Mistakes:
    """Judge every detection surer than 0.25; ``pairs`` are the split's ``sure_pairs``, where somebody has them."""
    sure = np.flatnonzero(boxes.confidence > CONFIDENCE)
    pairs = sure_pairs(boxes) if pairs is None else pairs
    same = boxes.class_index[pairs.detection] == boxes.label_class[pairs.label]
    placed = pairs.iou >= PLACED

    candidates = pairs[same & placed]
    candidates = candidates[preferred(candidates, candidates.iou, last_of_equals=True)]
    right = candidates[served(candidates.detection, candidates.label)]
    found = np.zeros(len(boxes.label_class), np.bool_)
    found[right.label] = True

    verdict = np.full(len(boxes), FALSE_ALARM)
    about = np.full(len(boxes), -1)
    _mark(verdict, about, _best(pairs[same & placed]), DUPLICATE)
    _mark(verdict, about, _best(pairs[~same & placed]), CONFUSED)
    # Whoever overlaps a label of its class well enough is not badly placed, whatever else it overlaps.
    near = np.setdiff1d(pairs.detection[same], pairs.detection[same & placed])
    _mark(verdict, about, _best(pairs[same & np.isin(pairs.detection, near)]), BADLY_PLACED)
    _mark(verdict, about, right, RIGHT)

    explained = np.isin(verdict[sure], (BADLY_PLACED, CONFUSED))
    missed = ~found
    missed[about[sure][explained]] = False
    return Mistakes(sure, verdict[sure], about[sure], found, missed)


def _best(pairs: Pairs) -> Pairs:
    """Each detection's largest overlap."""
    order = preferred(pairs, pairs.iou, last_of_equals=True)
    _, first = np.unique(pairs.detection[order], return_index=True)
    return pairs[order[first]]


def _mark(verdict: Integers, about: Integers, pairs: Pairs, what: int) -> None:
    verdict[pairs.detection] = what
    about[pairs.detection] = pairs.label
