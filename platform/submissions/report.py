"""A report of the grader as a page shows it: rows and shares out of its numbers, nothing computed anew. Pure.

Pairs are given reports whose counts are rounded (``summaries.for_pairs``): a count that is a text is fewer than those
told, and stands as None here. Reports of earlier versions lack some parts: what is not there is None or an empty list.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

CONVENTIONS: Final = ("yolov5", "ultralytics", "coco")
SIZES: Final = ("small", "medium", "large")
KINDS_OF_ERROR: Final = ("missed", "false_alarms", "confused", "badly_placed", "duplicates")


def as_shown(metrics: Mapping[str, Any], convention: str) -> dict[str, Any]:
    """Every part of a submission's page that comes from the evaluation's figures."""
    return {
        "conventions": conventions(metrics, convention),
        "sizes": sizes(metrics),
        "confusion": confusion(metrics),
        "errors": errors(metrics),
        "at_confidence": at_confidence(metrics),
    }


def conventions(metrics: Mapping[str, Any], chosen: str) -> list[dict[str, Any]]:
    """One row for each convention that was computed; the course's own is marked."""
    known = metrics.get("conventions") or {}
    return [{"name": name, "is_chosen": name == chosen, **known[name]} for name in CONVENTIONS if name in known]


def sizes(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row for each size of object that occurs in the pictures."""
    known = metrics.get("per_size") or {}
    return [{"name": name, **known[name]} for name in SIZES if (known.get(name) or {}).get("instances")]


def confusion(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """Rows: what was predicted; columns: what is there. A cell's share is of its column, from the count it shows."""
    matrix = metrics.get("confusion")
    if not matrix:
        return None
    shown = [[_shown(count) for count in row] for row in matrix["counts"]]
    totals = [sum(count or 0 for count in column) for column in zip(*shown, strict=True)]
    names: Sequence[str] = matrix["names"]
    rows = [
        {
            "name": name,
            "cells": [
                {
                    "count": count,
                    "share": (count or 0) / total if total else 0.0,
                    "is_right": row == column,
                    "is_nothing": row == column == len(names) - 1,
                }
                for column, (count, total) in enumerate(zip(line, totals, strict=True))
            ],
        }
        for row, (name, line) in enumerate(zip(names, shown, strict=True))
    ]
    return {"names": names, "rows": rows, "confidence": matrix["confidence"], "iou": matrix["iou"]}


def errors(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The kinds of error, the most frequent first; shares are of the largest."""
    known = metrics.get("errors") or {}
    counts = [(kind, _shown(known[kind])) for kind in KINDS_OF_ERROR if kind in known]
    most = max((count or 0 for _kind, count in counts), default=0)
    counts.sort(key=lambda one: -(one[1] or 0))
    return [{"kind": kind, "count": count, "share": (count or 0) / most if most else 0.0} for kind, count in counts]


def at_confidence(metrics: Mapping[str, Any], every: int = 10) -> list[dict[str, float]]:
    """The curves as a short table, for those who do not look at them: a row for each tenth of confidence."""
    curves = metrics.get("curves")
    if not curves:
        return []
    names = ("confidence", "precision", "recall", "f1")
    return [dict(zip(names, row, strict=True)) for row in zip(*(curves[name][::every] for name in names), strict=True)]


def _shown(count: int | str) -> int | None:
    return count if isinstance(count, int) else None
