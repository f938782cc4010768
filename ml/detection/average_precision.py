"""Average precision per class under three conventions, from the right detections alone.

All three read the precision envelope at 101 recalls. Between two right detections the envelope is flat (a wrong one can
only lower the precision), so every curve is a staircase with one step per right detection, and an area is a sum over
those. What a convention decides is which recalls belong to a step, what they weigh, and what lies beyond the last.

Sources: ``compute_ap`` of ``utils/metrics.py``, YOLOv5 release v6.2; ``compute_ap`` of
``ultralytics/utils/metrics.py``, release 8.4; ``COCOeval.accumulate`` of pycocotools 2.0. Kept to the digit:
- YOLOv5 and ultralytics join the 101 points by trapezoids: a perfect class scores 0.995. COCO takes their mean: 1;
- YOLOv5 joins the last precision to (recall 1, precision 0) by a straight line, so that a high confidence threshold can
  *raise* the result; ultralytics and COCO have nothing beyond the last recall;
- a recall that is exactly one of the 101 belongs to the next step in YOLOv5 and ultralytics, to this one in COCO.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from ml.detection.ranking import Ranking

Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

RECALL_POINTS: Final[Doubles] = np.linspace(0, 1, 101)
_STEPS: Final = 100


@dataclass(frozen=True)
class Rule:
    """weights: (101,) of the recall points; closed: whether a step holds its own recall; ramp: YOLOv5's last line."""

    weights: Doubles
    closed: bool
    ramp: bool

    @cached_property
    def cumulative(self) -> Doubles:
        """(102,) weight of the first 0, 1 … 101 points."""
        return np.concatenate(([0.0], np.cumsum(self.weights)))

    @cached_property
    def beyond(self) -> Doubles:
        """(102,) area under the line from (0, 1) to (1, 0) at the points from the 0th, 1st … on."""
        return np.append(np.cumsum((self.weights * (1 - RECALL_POINTS))[::-1])[::-1], 0.0)

    def reached(self, recall: Doubles) -> Integers:
        """How many of the points lie in the steps up to each ``recall``: compared as the same floats as upstream."""
        count = np.ceil(recall * _STEPS - 1e-9).astype(np.int64)
        point = RECALL_POINTS[count]  # the only one that may be this very recall
        count += point <= recall if self.closed else point < recall
        return count


_TRAPEZOIDS: Final = np.concatenate(([0.005], np.full(99, 0.01), [0.005]))
YOLOV5: Final = Rule(_TRAPEZOIDS, closed=False, ramp=True)
ULTRALYTICS: Final = Rule(_TRAPEZOIDS, closed=False, ramp=False)
COCO: Final = Rule(np.full(101, 1 / 101), closed=True, ramp=False)


@dataclass(frozen=True)
class Runs:
    """Right detections that follow one another in the ranking, of T thresholds × K classes (group = threshold · K +
    class), by group and then by place. Within a run the envelope is flat: only its end matters."""

    first: Integers  # (R,) place of a run's first detection
    last: Integers  # (R,) of its last one
    group: Integers  # (R,)
    shape: tuple[int, int]  # T, K

    @cached_property
    def class_row(self) -> Integers:
        """(R,) 0 … K−1"""
        return self.group % max(1, self.shape[1])

    @cached_property
    def start(self) -> Integers:
        """(T·K + 1,) where each group begins, and the end."""
        return np.searchsorted(self.group, np.arange(self.shape[0] * self.shape[1] + 1))

    @cached_property
    def is_first(self) -> npt.NDArray[np.bool_]:
        """(R,) whether a run is its group's first."""
        return np.diff(self.group, prepend=-1) > 0

    @cached_property
    def lift(self) -> Doubles:
        """(R,) more for every group than for those after it."""
        return np.asarray(2.0 * (self.shape[0] * self.shape[1] - self.group))


def runs_of(ranking: Ranking, right: Sequence[Integers]) -> Runs:
    """``right`` holds, per threshold, the detections that are right at it; those that do not count are left out."""
    classes = len(ranking.classes)
    places, groups = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for threshold, rows in enumerate(right):
        place = np.sort(ranking.place[rows])
        place = place[np.searchsorted(place, 0) :]
        places.append(place)
        groups.append(threshold * classes + np.searchsorted(ranking.last, place, side="right"))
    place, group = np.concatenate(places), np.concatenate(groups)
    breaks = (np.diff(place) != 1) | (np.diff(group) != 0)
    edge = np.ones(min(1, len(place)), np.bool_)
    first, last = np.concatenate((edge, breaks)), np.concatenate((breaks, edge))
    return Runs(place[first], place[last], group[first], (len(right), classes))


@dataclass(frozen=True)
class Stairs:
    """One staircase per group: ``found`` of ``instances`` objects and ``seen`` detections after each run.

    ``found_all`` and ``seen_all`` are those at the end of each group. Where pictures are drawn again, a picture counts
    as often as it was drawn.
    """

    runs: Runs
    found: Doubles  # (R,)
    seen: Doubles  # (R,)
    found_all: Doubles  # (T·K,)
    seen_all: Doubles  # (T·K,)
    instances: Doubles  # (K,)

    @cached_property
    def envelope(self) -> Doubles:
        """(R,) the highest precision from this step on: one running maximum from the end, for all groups."""
        precision = self.found / np.maximum(self.seen, 1)  # nothing seen is nothing found
        precision += self.runs.lift
        return np.asarray(np.maximum.accumulate(precision[::-1])[::-1] - self.runs.lift)

    def reached(self, rule: Rule) -> tuple[Integers, Integers]:
        """(R,) each: how many recall points lie before this step, and up to its end."""
        end = rule.reached(self._recall(self.found, self.runs.class_row))
        before = np.zeros_like(end)
        before[1:] = end[:-1]
        before[self.runs.is_first] = 0
        return before, end

    def areas(self, rule: Rule) -> Doubles:
        """(T, K) average precision; 0 for a class without instances."""
        before, end = self.reached(rule)
        cumulative = rule.cumulative
        groups = self.runs.shape[0] * self.runs.shape[1]
        steps = self.envelope * (cumulative[end] - cumulative[before])
        area: Doubles = np.bincount(self.runs.group, steps, groups).astype(np.float64)
        if rule.ramp:
            slope, last = self.ramp(rule)
            area = area + slope * rule.beyond[last]
        return np.minimum(area, 1).reshape(self.runs.shape)  # a sum of a hundred roundings may pass it

    def ramp(self, rule: Rule) -> tuple[Doubles, Integers]:
        """(T·K,) each: the line after the last step is slope · (1 − recall), from this recall point on."""
        recall = self._recall(self.found_all, np.arange(len(self.found_all)) % max(1, self.runs.shape[1]))
        precision = self.found_all / np.maximum(self.seen_all, 1)
        slope = np.divide(precision, 1 - recall, out=np.zeros_like(recall), where=recall < 1)
        return slope, rule.reached(recall)

    def _recall(self, found: Doubles, class_row: Integers) -> Doubles:
        return np.asarray(found / np.maximum(self.instances, 1)[class_row])


@dataclass(frozen=True)
class Tally:
    """Whole numbers that a ``Stairs`` is made of; several of them may share each number's bits."""

    found: Integers  # (R,)
    seen: Integers  # (R,)
    found_all: Integers  # (T·K,)
    seen_all: Integers  # (T·K,)

    def stairs(self, runs: Runs, instances: Integers, *, shift: int = 0, mask: int = -1) -> Stairs:
        """Of the numbers in the bits of ``mask``, after ``shift`` others."""
        columns = (self.found, self.seen, self.found_all, self.seen_all)
        found, seen, found_all, seen_all = (((one >> shift) & mask).astype(np.float64) for one in columns)
        return Stairs(runs, found, seen, found_all, seen_all, instances.astype(np.float64))


def tally(ranking: Ranking, runs: Runs, before: Integers) -> Tally:
    """``before`` (n + 1,): how much the places before each one count, all together."""
    start = runs.start
    ends = before[runs.last + 1]
    found = np.concatenate(([0], np.cumsum(ends - before[runs.first])))
    class_before = before[ranking.first]
    return Tally(
        found=found[1:] - np.repeat(found[start[:-1]], np.diff(start)),
        seen=ends - class_before[runs.class_row],
        found_all=np.diff(found[start]),
        seen_all=np.tile(before[ranking.last] - class_before, runs.shape[0]),
    )


def stairs(ranking: Ranking, runs: Runs, before: Integers | None = None) -> Stairs:
    """Every picture counts once; with ``before``, detections count as often as it says."""
    counts = tally(ranking, runs, np.arange(len(ranking.rows) + 1) if before is None else before)
    return counts.stairs(runs, ranking.instances)


def precision_at_recalls(steps: Stairs, rule: Rule) -> Doubles:
    """(K, 101) the curve that the first threshold's areas lie under."""
    classes = steps.runs.shape[1]
    curves = np.zeros((classes, len(RECALL_POINTS)))
    _, end = steps.reached(rule)
    slope, last = steps.ramp(rule)
    for row in range(classes):
        group = slice(steps.runs.start[row], steps.runs.start[row + 1])
        step = np.searchsorted(end[group], np.arange(len(RECALL_POINTS)), side="right")  # (101,) the step of each point
        inside = step < len(end[group])
        curves[row, inside] = steps.envelope[group][step[inside]]
        if rule.ramp:
            curves[row, last[row] :] = slope[row] * (1 - RECALL_POINTS[last[row] :])
    return curves
