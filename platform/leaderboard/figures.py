"""The course's grid of training configurations, with the best score of each of its cells. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from courses.draw import SIZES


def cell_of(lot: Mapping[str, Any]) -> str:
    """The name of a cell: model size, image size, frozen or whole. Batch sizes share one."""
    return f"{lot['size']}-{lot['image_size']}-{'frozen' if lot['frozen_backbone'] else 'whole'}"


def pairs_of_cells(lots: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Cell → names of the pairs that drew it, for lots by pair."""
    cells: dict[str, list[str]] = {}
    for pair, lot in sorted(lots.items()):
        cells.setdefault(cell_of(lot), []).append(pair)
    return cells


def grid(lots: Mapping[str, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Two tables, whole networks and frozen ones: image sizes down, model sizes across.

    A cell is ``{"name", "pairs", "score", "share"}``: nobody's cell has no pairs, one without a result no score, and
    shares are of the best score of both tables. Empty without lots.
    """
    if not lots:
        return []
    scores = {row["pair"]: row["score"] for row in rows if row.get("score") is not None}
    cells = pairs_of_cells(lots)
    best = max(scores.values(), default=0)
    sizes = [size for size in SIZES if any(lot["size"] == size for lot in lots.values())]
    image_sizes = sorted({lot["image_size"] for lot in lots.values()})
    states = sorted({bool(lot["frozen_backbone"]) for lot in lots.values()})
    return [
        {
            "is_frozen": frozen,
            "sizes": sizes,
            "lines": [
                {
                    "image_size": image_size,
                    "cells": [
                        _cell(
                            cell_of({"size": size, "image_size": image_size, "frozen_backbone": frozen}),
                            cells,
                            scores,
                            best,
                        )
                        for size in sizes
                    ],
                }
                for image_size in image_sizes
            ],
        }
        for frozen in states
    ]


def _cell(name: str, cells: Mapping[str, list[str]], scores: Mapping[str, float], best: float) -> dict[str, Any]:
    pairs = cells.get(name, [])
    score = max((scores[pair] for pair in pairs if pair in scores), default=None)
    return {"name": name, "pairs": pairs, "score": score, "share": (score or 0) / best if best else 0.0}
