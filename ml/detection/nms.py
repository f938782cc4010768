"""Non-maximum suppression, exact for the boxes that are kept, at a bounded price.

The result equals upstream's (multi-label, class-offset, at most 30,000 candidates, first ``max_detections`` kept).
Upstream compares all candidates with each other, so that an untrained or hostile checkpoint costs a second per
picture and more. Greedy suppression only ever looks back at boxes already kept, and stops mattering once enough are
kept: the thousand best candidates are tried first, and the rest is not even sorted unless they do not suffice.

ONNX Runtime's operator does the comparing, NumPy the choosing; both on the calling thread.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ml.engines.onnx_session import open_session
from ml.engines.onnx_writer import OnnxWriter
from ml.engines.proposals import Proposals, xywh_to_xyxy

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

MAX_CANDIDATES: Final = 30_000
"""Candidates considered per picture, the best first (YOLOv5 v6.2 and ultralytics)."""

CLASS_OFFSET: Final = np.float32(7680)
"""Boxes of class c are moved by c times this many pixels, so that classes never overlap (upstream)."""

_FIRST_CANDIDATES: Final = 1024
_SAMPLED: Final = 16_384
_MANY: Final = 8  # times as many values as are wanted: then a sample says where to look


@dataclass(frozen=True)
class Kept:
    """The boxes that survive in one picture, in descending confidence."""

    xyxy: Floats  # (n, 4), canvas pixels
    confidence: Floats  # (n,)
    class_index: Integers  # (n,)


def suppress(proposals: Sequence[Proposals], *, confidence: float, iou: float, max_detections: int) -> list[Kept]:
    """Per picture, the boxes with a score above ``confidence`` that no better box of their class overlaps by > ``iou``.

    A box counts once per class whose score is high enough (multi-label, as in upstream's validation).
    """
    return [_suppressed(one, confidence, iou, max_detections) for one in proposals]


def _suppressed(one: Proposals, confidence: float, iou: float, max_detections: int) -> Kept:
    for candidates in _growing_candidates(one, confidence):
        rows = (
            np.arange(min(len(candidates.scores), max_detections))
            if one.end_to_end
            else _greedy(candidates, iou, max_detections)
        )
        if len(rows) == max_detections or candidates.complete:
            break
    return Kept(candidates.xyxy[rows], candidates.scores[rows], candidates.class_index[rows])


@dataclass(frozen=True)
class _Candidates:
    """Scored (box, class) pairs of one picture, best first."""

    xyxy: Floats  # (K, 4)
    scores: Floats  # (K,)
    class_index: Integers  # (K,)
    complete: bool  # nothing else counts


def _growing_candidates(one: Proposals, confidence: float) -> Iterator[_Candidates]:
    """The best thousand first: nearly always enough. Then all that count."""
    rows, best = _promising_rows(one, confidence)  # (R,), (R,)
    for count in (_FIRST_CANDIDATES, MAX_CANDIDATES):
        # At least ``count`` pairs reach the count-th best row's best score: rows below it hold none of the best.
        floor = np.partition(best, -count)[-count] if len(best) > count else np.float32(0)
        chosen = rows[best >= floor]
        scores = _scores(one, chosen)  # (R', C)
        flat, complete = _best_pairs(scores.reshape(-1), confidence, count)
        row, class_index = np.divmod(flat, scores.shape[1])
        boxes = one.boxes[chosen[row]]
        complete = complete and len(chosen) == len(rows)
        yield _Candidates(
            boxes if one.end_to_end else xywh_to_xyxy(boxes),
            scores[row, class_index],
            class_index,
            complete or count == MAX_CANDIDATES,
        )


def _promising_rows(one: Proposals, confidence: float) -> tuple[Integers, Floats]:
    """Rows (R,) whose best class may count, and an upper bound (R,) of their scores that their best class reaches."""
    if one.objectness is None:
        best = one.class_scores.max(axis=1)
        rows = np.flatnonzero(best > confidence)
        return rows, best[rows]
    rows = np.flatnonzero(one.objectness > confidence)  # a product of two numbers below 1 is below both
    # Gathering few rows beats reading all of them; when most are alive the copy would cost more.
    if len(rows) * 4 < len(one.objectness):
        best = one.class_scores[rows].max(axis=1) * one.objectness[rows]
    else:
        best = one.class_scores.max(axis=1)[rows] * one.objectness[rows]
    alive = best > confidence
    return rows[alive], best[alive]


def _scores(one: Proposals, rows: Integers) -> Floats:
    """Scores (R, C) of some rows, a copy."""
    scores = np.ascontiguousarray(one.class_scores[rows])
    if one.objectness is not None:
        scores *= one.objectness[rows, None]
    return scores


def _best_pairs(values: Floats, confidence: float, count: int) -> tuple[Integers, bool]:
    """Indices of the ``count`` largest values above ``confidence``, largest first, and whether those are all.

    Equal values keep their order, as in upstream's stable sort; no more than ``count`` are ever sorted.
    """
    chosen = _all_above(values, confidence, count)
    complete = len(chosen) <= count
    if not complete:
        likely = values[chosen]
        floor = np.partition(likely, -count)[-count]
        best = likely > floor
        best[np.flatnonzero(likely == floor)[: count - np.count_nonzero(best)]] = True
        chosen = chosen[best]
    return chosen[_descending(values[chosen])], complete


def _all_above(values: Floats, confidence: float, count: int) -> Integers:
    """Indices of all values above ``confidence``, or, of very many, of a few more than the ``count`` largest."""
    if values.size > _MANY * count:
        sample = values[:: max(1, values.size // _SAMPLED)]
        place = int(1.3 * count * len(sample) / values.size) + 16
        if place < len(sample):
            guess = np.partition(sample, -place)[-place]
            likely = np.flatnonzero(values >= guess)
            if guess > confidence and len(likely) > count:
                return likely
    return np.flatnonzero(values > confidence)


def _descending(values: Floats) -> Integers:
    """The stable order of scores, largest first: their bits sort as they do, and their places break the ties."""
    bits = np.ascontiguousarray(values + np.float32(0)).view(np.uint32)  # −0 becomes 0
    keys = (~bits).astype(np.uint64) << np.uint64(32) | np.arange(len(values), dtype=np.uint64)
    keys.sort()
    return (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _greedy(candidates: _Candidates, iou: float, max_detections: int) -> Integers:
    """Rows kept by greedy suppression, at most ``max_detections``, best first."""
    if not len(candidates.scores):
        return np.zeros(0, np.int64)
    # The offset is added before the overlap is computed, as upstream, with its float32 rounding.
    boxes = candidates.xyxy + candidates.class_index[:, None].astype(np.float32) * CLASS_OFFSET  # (K, 4)
    ranks = np.arange(len(boxes), 0, -1, dtype=np.float32)  # in place of scores: no ties
    inputs = {
        "boxes": boxes[None],
        "scores": ranks[None, None],
        "most": np.array([max_detections], np.int64),
        "iou": np.array([_float32_below(iou)], np.float32),
    }
    (selected,) = _operator().run(None, inputs)
    return np.asarray(selected[:, 2], np.int64)


@cache
def _operator() -> Any:
    """ONNX Runtime's ``NonMaxSuppression``, a graph of one node."""
    writer = OnnxWriter()
    output = writer.node("NonMaxSuppression", "boxes", "scores", "most", "iou")
    model = writer.finish(
        {
            "boxes": ("float32", ["one", "boxes", 4]),
            "scores": ("float32", ["one", "classes", "boxes"]),
            "most": ("int64", [1]),
            "iou": ("float32", [1]),
        },
        {output: ("int64", ["kept", 3])},
    )
    return open_session(model)


def _float32_below(value: float) -> np.float32:
    """The largest float32 not above ``value``: torchvision compares float32 overlaps with the double."""
    rounded = np.float32(value)
    return rounded if float(rounded) <= value else np.nextafter(rounded, np.float32(-1))
