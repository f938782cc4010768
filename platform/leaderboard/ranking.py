"""Who is where on the board. Pure: entries in, rows out."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final

#: What everybody may read of a submission: ratios in 0…1, then what the network is and its number of parameters.
PUBLIC_METRICS: Final = ("map50", "map50_95", "precision", "recall", "architecture", "parameters")


@dataclass(frozen=True)
class Entry:
    """One submission. ``score`` is None until it is evaluated, and when it was refused."""

    pair: str
    score: float | None
    submitted_at: datetime
    metrics: Mapping[str, Any] = field(default_factory=dict)


def rank(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Rows in rank order: each pair's best submission, its earliest among equals.

    Equal scores share a rank and the next rank is skipped (1, 2, 2, 4); among them the earlier one stands first.
    Submissions without a usable score (None, NaN, outside 0…1) are counted, never ranked.
    """
    by_pair: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_pair[entry.pair].append(entry)
    best = [
        (max(scored, key=_standing), len(all_of_pair))
        for all_of_pair in by_pair.values()
        if (scored := [entry for entry in all_of_pair if _is_score(entry.score)])
    ]
    best.sort(key=lambda item: item[0].pair)
    best.sort(key=lambda item: _standing(item[0]), reverse=True)
    rows: list[dict[str, Any]] = []
    for _, equals in groupby(best, key=lambda item: item[0].score):
        place = len(rows) + 1
        rows += [_row(place, entry, submissions) for entry, submissions in equals]
    return rows


def _standing(entry: Entry) -> tuple[float, float]:
    return (entry.score or 0.0, -entry.submitted_at.timestamp())


def _is_score(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _row(place: int, entry: Entry, submissions: int) -> dict[str, Any]:
    return {
        "rank": place,
        "pair": entry.pair,
        "score": entry.score,
        "interval": _interval(entry.metrics.get("interval")),
        "metrics": {name: entry.metrics.get(name) for name in PUBLIC_METRICS},
        "submitted_at": entry.submitted_at.isoformat(),
        "submissions": submissions,
    }


def _interval(value: object) -> list[float] | None:
    """``[low, high]`` around the score, or None when the evaluation gave none that makes sense."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    if not all(isinstance(bound, int | float) and math.isfinite(bound) for bound in value):
        return None
    low, high = value
    return [float(low), float(high)] if low <= high else None
