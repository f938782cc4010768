"""Non-maximum suppression, exact for the boxes that are kept, at a bounded price.

The result equals upstream's (multi-label, class-offset, at most 30,000 candidates, first ``max_detections`` kept).
Upstream compares all candidates with each other, so that an untrained or hostile checkpoint costs a second per
picture and more. Greedy suppression only ever looks back at boxes already kept, and stops mattering once enough are
kept: candidates are therefore taken in blocks of descending score, each compared with at most
``max_detections`` kept boxes, and the rest is not even sorted.

NumPy, because these many small steps are faster on one thread: torch wakes its pool for each of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torchvision.ops import nms as greedy_suppression

from ml.detection.outputs import RawPredictions

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

MAX_CANDIDATES: Final = 30_000
"""Candidates considered per picture, the best first (YOLOv5 v6.2 and ultralytics)."""

CLASS_OFFSET: Final = np.float32(7680)
"""Boxes of class c are moved by c times this many pixels, so that classes never overlap (upstream)."""

_FIRST_CANDIDATES: Final = 1024
_FIRST_BLOCK: Final = 512
_LARGEST_BLOCK: Final = 2048


@dataclass(frozen=True)
class Kept:
    """The boxes that survive in one picture, in descending confidence."""

    xyxy: Floats  # (n, 4), canvas pixels
    confidence: Floats  # (n,)
    class_index: Integers  # (n,)


def suppress(predictions: RawPredictions, *, confidence: float, iou: float, max_detections: int) -> list[Kept]:
    """Per picture, the boxes with a score above ``confidence`` that no better box of their class overlaps by > ``iou``.

    A box counts once per class whose score is high enough (multi-label, as in upstream's validation).
    """
    kept = []
    for picture in range(len(predictions.boxes)):
        for candidates in _growing_candidates(predictions, picture, confidence):
            rows = (
                np.arange(min(len(candidates.scores), max_detections))
                if predictions.end_to_end
                else _greedy(candidates, iou, max_detections)
            )
            if len(rows) == max_detections or candidates.complete:
                break
        kept.append(Kept(candidates.xyxy[rows], candidates.scores[rows], candidates.class_index[rows]))
    return kept


@dataclass(frozen=True)
class _Candidates:
    """Scored (box, class) pairs of one picture, best first."""

    xyxy: Floats  # (K, 4)
    scores: Floats  # (K,)
    class_index: Integers  # (K,)
    complete: bool  # nothing else counts


def _growing_candidates(predictions: RawPredictions, picture: int, confidence: float) -> Iterator[_Candidates]:
    """The best thousand first: nearly always enough. Then all that count."""
    boxes = predictions.boxes[picture].numpy()  # (N, 4)
    rows, best = _promising_rows(predictions, picture, confidence)  # (R,), (R,)
    for count in (_FIRST_CANDIDATES, MAX_CANDIDATES):
        # At least ``count`` pairs reach the count-th best row's best score: rows below it hold none of the best.
        floor = np.partition(best, -count)[-count] if len(best) > count else np.float32(0)
        chosen = rows[best >= floor]
        scores = _scores(predictions, picture, chosen)  # (R', C)
        flat, complete = _best_pairs(scores.reshape(-1), confidence, count)
        row, class_index = np.divmod(flat, scores.shape[1])
        xyxy = _corners(boxes[chosen[row]], predictions.end_to_end)
        complete = complete and len(chosen) == len(rows)
        yield _Candidates(xyxy, scores[row, class_index], class_index, complete or count == MAX_CANDIDATES)


def _promising_rows(predictions: RawPredictions, picture: int, confidence: float) -> tuple[Integers, Floats]:
    """Rows (R,) whose best class may count, and an upper bound (R,) of their scores that their best class reaches."""
    class_scores = predictions.class_scores[picture]  # (N, C)
    if predictions.objectness is None:
        best = class_scores.amax(dim=1).numpy()
        rows = np.flatnonzero(best > confidence)
        return rows, best[rows]
    objectness = predictions.objectness[picture].numpy()
    rows = np.flatnonzero(objectness > confidence)  # a product of two numbers below 1 is below both
    # Gathering few rows beats reading all of them; when most are alive the copy would cost more.
    if len(rows) * 4 < len(objectness):
        best = class_scores[torch.from_numpy(rows)].amax(dim=1).numpy() * objectness[rows]
    else:
        best = class_scores.amax(dim=1).numpy()[rows] * objectness[rows]
    alive = best > confidence
    return rows[alive], best[alive]


def _scores(predictions: RawPredictions, picture: int, rows: Integers) -> Floats:
    """Scores (R, C) of some rows."""
    scores = predictions.class_scores[picture].numpy()[rows]
    if predictions.objectness is not None:
        scores *= predictions.objectness[picture].numpy()[rows, None]
    return scores


def _best_pairs(values: Floats, confidence: float, count: int) -> tuple[Integers, bool]:
    """Indices of the ``count`` largest values above ``confidence``, largest first, and whether those are all.

    Equal values keep their order, as in upstream's stable sort; no more than ``count`` are ever sorted.
    """
    counts = values > confidence
    complete = int(np.count_nonzero(counts)) <= count
    if complete:
        chosen = np.flatnonzero(counts)
    else:
        floor = np.partition(values[counts], -count)[-count]
        above, equal = np.flatnonzero(values > floor), np.flatnonzero(values == floor)
        chosen = np.sort(np.concatenate((above, equal[: count - len(above)])))
    return chosen[np.argsort(-values[chosen], kind="stable")], complete


def _greedy(candidates: _Candidates, iou: float, max_detections: int) -> Integers:
    """Rows kept by greedy suppression, at most ``max_detections``, best first."""
    # The offset is added before the overlap is computed, as upstream, with its float32 rounding.
    boxes = candidates.xyxy + candidates.class_index[:, None].astype(np.float32) * CLASS_OFFSET  # (K, 4)
    kept = np.zeros(0, np.int64)
    start, size = 0, _FIRST_BLOCK
    while start < len(boxes) and len(kept) < max_detections:
        rows = np.arange(start, min(start + size, len(boxes)))
        rows = rows[~_overlaps_any(boxes[rows], boxes[kept], iou)]
        block = torch.from_numpy(boxes[rows]), torch.from_numpy(candidates.scores[rows])
        kept = np.concatenate((kept, rows[greedy_suppression(*block, iou).numpy()]))
        start, size = start + size, min(2 * size, _LARGEST_BLOCK)
    return kept[:max_detections]


def _overlaps_any(boxes: Floats, others: Floats, iou: float) -> npt.NDArray[np.bool_]:
    """Does each of n boxes overlap one of m others by more than ``iou``? (n,)"""
    box, other = _close_pairs(boxes, others[np.argsort(others[:, 0])], iou)  # (P, 4) each
    overlapping = np.zeros(len(boxes), dtype=np.bool_)
    overlapping[box[_pair_iou(boxes[box], other) > _float32_below(iou)]] = True
    return overlapping


def _close_pairs(boxes: Floats, others: Floats, iou: float) -> tuple[Integers, Floats]:
    """Pairs that may overlap by more than ``iou``: rows (P,) of ``boxes`` and the other boxes (P, 4).

    ``others`` are in ascending x1. Overlap t of two intervals, one of width w, needs a start at most w(1−t) later
    and w(1−t)/t earlier; since classes lie apart on the x axis, few of a crowd's pairs are left to compute.
    """
    left = boxes[:, 0].astype(np.float64)
    reach = np.maximum(boxes[:, 2] - boxes[:, 0], 0) * 1.01 + 1  # rounding never excludes a pair
    first = np.searchsorted(others[:, 0], left - reach * (1 - iou) / max(iou, 1e-3))
    last = np.searchsorted(others[:, 0], left + reach * (1 - iou) + 1)
    counts = np.maximum(last - first, 0)
    box = np.repeat(np.arange(len(boxes)), counts)
    other = np.arange(len(box)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    return box, others[other]


def _pair_iou(first_xyxy: Floats, second_xyxy: Floats) -> Floats:
    """Overlap (P,) of pairs of boxes, by torchvision's float32 operations: blocks decide alike."""
    a_x1, a_y1, a_x2, a_y2 = np.ascontiguousarray(first_xyxy.T)
    b_x1, b_y1, b_x2, b_y2 = np.ascontiguousarray(second_xyxy.T)
    width = np.maximum(np.minimum(a_x2, b_x2) - np.maximum(a_x1, b_x1), 0)
    height = np.maximum(np.minimum(a_y2, b_y2) - np.maximum(a_y1, b_y1), 0)
    intersection = width * height
    union = (b_x2 - b_x1) * (b_y2 - b_y1) + (a_x2 - a_x1) * (a_y2 - a_y1) - intersection
    with np.errstate(divide="ignore", invalid="ignore"):  # two empty boxes: NaN, which overlaps nothing
        return np.asarray(intersection / union)


def _float32_below(value: float) -> np.float32:
    """The largest float32 not above ``value``: torchvision compares float32 overlaps with the double."""
    rounded = np.float32(value)
    return rounded if float(rounded) <= value else np.nextafter(rounded, np.float32(-1))


def _corners(boxes: Floats, are_corners: bool) -> Floats:
    if are_corners:
        return boxes
    half = boxes[:, 2:] / 2
    return np.concatenate((boxes[:, :2] - half, boxes[:, :2] + half), axis=1)
