"""Who is where on the board. Pure: entries in, rows out.

A rank is a claim, and the pictures are few: a pair whose score cannot be told from that of the first one of a rank
shares it (``submissions.paired``).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from submissions.paired import Scored, can_be_told_apart

#: What everybody may read of a submission: ratios in 0…1, then what the network is and costs.
PUBLIC_METRICS: Final = (
    "map50", "map50_95", "precision", "recall", "f1", "architecture", "parameters", "gflops", "ms_per_image",
    "image_size", "per_class",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Entry(Scored):
    """One submission. ``score`` is None until it is evaluated, and when it was refused.

    ``is_chosen`` where its pair chose it as the one that counts; ``submission`` is its number, never published.
    """

    pair: str
    score: float | None
    submitted_at: datetime
    submission: int = 0
    metrics: Mapping[str, Any] = field(default_factory=dict)
    is_chosen: bool = False
    group: str = ""
    configuration: Mapping[str, Any] | None = None
    matches_lot: bool | None = None
    submissions: int = 1


def rank(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Rows in rank order: each pair's chosen submission, or its best one, its earliest among equals.

    Submissions without a usable score (None, NaN, outside 0…1) are counted, never ranked.
    """
    represented = represent(entries)
    represented.sort(key=lambda entry: entry.pair)
    represented.sort(key=standing, reverse=True)
    ranks = shared_ranks(represented)
    sharing = Counter(ranks)
    return [_row(place, sharing[place] > 1, entry) for place, entry in zip(ranks, represented, strict=True)]


def represent(entries: Iterable[Entry]) -> list[Entry]:
    """One entry a pair, of those that have a score; ``submissions`` is how many there were."""
    by_pair: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_pair[entry.pair].append(entry)
    found = []
    for all_of_pair in by_pair.values():
        scored = [entry for entry in all_of_pair if is_score(entry.score)]
        if scored:
            chosen = [entry for entry in scored if entry.is_chosen]
            best = max(chosen or scored, key=standing)
            found.append(replace(best, submissions=sum(entry.submissions for entry in all_of_pair)))
    return found


def shared_ranks(entries: Sequence[Entry]) -> list[int]:
    """The ranks of entries that stand in order: 1, 1, 3 where the second cannot be told from the first.

    Each is compared with the first of the rank alone. To be hard to tell apart does not pass on: of A, B and C, A and
    C may differ though B is like either; a chain of likenesses must not carry C to A's rank.
    """
    ranks: list[int] = []
    first = 0
    for place, entry in enumerate(entries):
        if place and can_be_told_apart(entries[first], entry):
            first = place
        ranks.append(first + 1)
    return ranks


def standing(entry: Entry) -> tuple[float, float]:
    """What decides between two: the higher score, then the earlier hand-in."""
    return (entry.score or 0.0, -entry.submitted_at.timestamp())


def is_score(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def published(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as everybody may read it: without the number of its submission."""
    return {name: value for name, value in row.items() if name != "submission"}


def _row(place: int, tied: bool, entry: Entry) -> dict[str, Any]:
    return {
        "rank": place,
        "tied": tied,
        "pair": entry.pair,
        "group": entry.group,
        "score": entry.score,
        "interval": _interval(entry.metrics.get("interval")),
        "metrics": {name: entry.metrics.get(name) for name in PUBLIC_METRICS},
        "configuration": dict(entry.configuration) if entry.configuration else None,
        "matches_lot": entry.matches_lot,
        "submitted_at": entry.submitted_at.isoformat(),
        "submissions": entry.submissions,
        "submission": entry.submission,
    }


def _interval(value: object) -> list[float] | None:
    """``[low, high]`` around the score, or None when the evaluation gave none that makes sense."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    if not all(isinstance(bound, int | float) and math.isfinite(bound) for bound in value):
        return None
    low, high = value
    return [float(low), float(high)] if low <= high else None
