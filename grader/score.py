"""Predictions and hidden labels to metrics, outside the sealed child: the only place where both meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from grader import refusals
from grader.uncertainty import intervals
from ml.datasets import Dataset, Split
from ml.detection.detections import Detections
from ml.detection.metrics import score
from ml.detection.prepared import PreparedSplit


@dataclass(frozen=True)
class ClassMap:
    """Which of the task's classes each class of a network is; ``renumbered`` when the order differs."""

    index: npt.NDArray[np.int64]  # (K,) network's class -> task's class

    @property
    def renumbered(self) -> bool:
        return bool((self.index != np.arange(len(self.index))).any())


def class_map(found: Sequence[str], expected: Sequence[str]) -> ClassMap:
    """Classes mapped by name; capitals and spaces around do not matter. Raises SubmissionError (``class_count``,
    ``class_names``) when the two are not the same set."""
    theirs, ours = [_plain(name) for name in found], [_plain(name) for name in expected]
    if len(theirs) != len(ours) or set(theirs) != set(ours) or len(set(theirs)) != len(theirs):
        raise refusals.wrong_classes(found, expected)
    return ClassMap(np.array([ours.index(name) for name in theirs], dtype=np.int64))


def measure(
    detections: Sequence[Detections],
    classes: ClassMap,
    *,
    dataset: Dataset,
    split: Split,
    prepared: PreparedSplit,
) -> dict[str, Any]:
    """The evaluation's JSON with ``intervals`` beside it: 95 % confidence intervals of both means.

    ``detections`` follow ``prepared.order``, in canvas pixels and in the network's own classes.
    """
    found = [replace(one, class_index=classes.index[one.class_index]) for one in detections]
    labels = [dataset.labels(split.samples[index]) for index in prepared.order]
    metrics = score(found, labels, prepared.geometries, dataset.names)
    result: dict[str, Any] = metrics.to_json()
    result["per_class"] = {name: dict(row) for name, row in result["per_class"].items()}
    result["intervals"] = intervals(metrics.matches)
    return result


def describe(classes: ClassMap, names: Sequence[str]) -> str:
    """One line for the log when a network numbers the classes in its own way."""
    pairs: Mapping[int, int] = dict(enumerate(classes.index.tolist()))
    return "classes mapped by name: " + ", ".join(f"{k}→{v} {names[v][:40]}" for k, v in list(pairs.items())[:30])


def _plain(name: str) -> str:
    return name.strip().casefold()
