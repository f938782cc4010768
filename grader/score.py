"""Predictions and hidden labels to metrics, outside the sealed child: the only place where both meet."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from grader import refusals
from grader.parts import public_clusters
from grader.uncertainty import draws, intervals
from ml.datasets import Dataset, Split
from ml.detection.boxes import SplitBoxes, collect
from ml.detection.detections import Detections
from ml.detection.metrics import measure_boxes
from ml.detection.prepared import PreparedSplit
from ml.detection.report import report


@dataclass(frozen=True)
class ClassMap:
    """Which of the task's classes each class of a network is; ``renumbered`` when the order differs."""

    index: npt.NDArray[np.int64]  # (K,) network's class -> task's class

    @property
    def renumbered(self) -> bool:
        return bool((self.index != np.arange(len(self.index))).any())


def class_map(found: Sequence[str], expected: Sequence[str]) -> ClassMap:
    """Classes mapped by name; capitals, spaces around and how an accent is encoded do not matter, unless the task's own
    classes differ by no more. Raises SubmissionError (``class_count``, ``class_names``) when the two are not the same
    set."""
    theirs, ours = list(found), list(expected)
    if set(theirs) != set(ours):
        theirs, ours = [_plain(name) for name in found], [_plain(name) for name in expected]
    if len(theirs) != len(ours) or set(theirs) != set(ours) or len(set(theirs)) != len(theirs):
        raise refusals.wrong_classes(found, expected)
    return ClassMap(np.array([ours.index(name) for name in theirs], dtype=np.int64))


def boxes_of(
    detections: Sequence[Detections], classes: ClassMap, *, dataset: Dataset, split: Split, prepared: PreparedSplit
) -> SplitBoxes:
    """Boxes and labels together, in the order of ``prepared.order``; ``detections`` are in canvas pixels and in the
    network's own classes."""
    found = [replace(one, class_index=classes.index[one.class_index]) for one in detections]
    labels = [dataset.labels(split.samples[index]) for index in prepared.order]
    return collect(found, labels, prepared.geometries, len(dataset.names))


@dataclass(frozen=True)
class Figures:
    """The report of the whole split, and those of its parts when it has any."""

    whole: dict[str, Any]
    parts: dict[str, Any] | None


def measure(
    boxes: SplitBoxes, names: Sequence[str], clusters: Sequence[str], *, convention: str, percent: int, seed: str
) -> Figures:
    """``clusters`` (images,) tells which pictures belong together; below 100 ``percent`` the split has two parts."""
    _, number = np.unique(np.array(clusters, dtype=object), return_inverse=True)  # by name: paired between files
    whole = measure_part(boxes, names, number, convention=convention)
    if percent >= 100:
        return Figures(whole, None)
    public = public_clusters(clusters, percent=percent, seed=seed)
    is_public = np.array([cluster in public for cluster in clusters], np.bool_)
    return Figures(
        whole,
        {
            name: measure_part(boxes.only(kept), names, number[kept], convention=convention)
            for name, kept in (("public", is_public), ("private", ~is_public))
        },
    )


def measure_part(
    boxes: SplitBoxes, names: Sequence[str], cluster: npt.NDArray[np.int64], *, convention: str
) -> dict[str, Any]:
    """One report, with its bootstrap."""
    metrics = measure_boxes(boxes, names, convention)
    drawn = draws(metrics.judge(convention), boxes, cluster)
    return {**report(metrics), "clusters": len(np.unique(cluster)), "intervals": intervals(drawn), "draws": drawn}


def describe(classes: ClassMap, names: Sequence[str]) -> str:
    """One line for the log when a network numbers the classes in its own way."""
    pairs: Mapping[int, int] = dict(enumerate(classes.index.tolist()))
    return "classes mapped by name: " + ", ".join(f"{k}→{v} {names[v][:40]}" for k, v in list(pairs.items())[:30])


def _plain(name: str) -> str:
    """é may be one character or an e and its accent: macOS writes file names, and what is copied from them, so."""
    return unicodedata.normalize("NFC", name).strip().casefold()
