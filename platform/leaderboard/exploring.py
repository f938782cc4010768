"""Looking at a board from other sides: some of the pairs, one class of objects, the way here.

Everything starts from the board's rows as the reader may see them, so that nothing here tells what they do not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from leaderboard.models import Board
from leaderboard.queries import visible_rows
from leaderboard.ranking import Entry, published, rank
from submissions.models import Reevaluation, Submission, Task


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pairs to compare; None for all. ``class_name`` ranks by that class's AP50-95 instead of the score."""

    group: str | None = None
    class_name: str | None = None
    size: str | None = None
    image_size: int | None = None
    frozen: bool | None = None
    matches_lot: bool | None = None
    at_most_parameters: int | None = None

    @property
    def is_empty(self) -> bool:
        return all(getattr(self, one.name) is None for one in fields(self))


def what_if(task: Task, filters: Filters, *, live: bool = False) -> list[dict[str, Any]]:
    """The board of those pairs alone, ranked anew; two queries."""
    board = Board.objects.filter(task=task).first()
    rows = visible_rows(board, live=live) if board else []
    draws = {} if filters.class_name else _draws_of(task, rows, live=live)
    return [published(row) for row in rank_some(rows, filters, draws)]


def rank_some(
    rows: Iterable[Mapping[str, Any]], filters: Filters, draws: Mapping[int, Sequence[float]]
) -> list[dict[str, Any]]:
    """Rows in rank order of those that pass; ``draws`` by submission. Pure."""
    return rank(_entry(row, filters, draws) for row in rows if passes(row, filters))


def passes(row: Mapping[str, Any], filters: Filters) -> bool:
    """A pair without a lot passes no filter about lots; one of unknown size none about size. Pure."""
    lot = row.get("configuration") or {}
    wanted = [
        (filters.group, row.get("group")),
        (filters.size, lot.get("size")),
        (filters.image_size, lot.get("image_size")),
        (filters.frozen, lot.get("frozen_backbone")),
        (filters.matches_lot, row.get("matches_lot")),
    ]
    if any(asked is not None and asked != found for asked, found in wanted):
        return False
    parameters = row["metrics"].get("parameters")
    limit = filters.at_most_parameters
    return limit is None or (parameters is not None and parameters <= limit)


def histories(task: Task, *, live: bool = False) -> dict[str, list[tuple[datetime, float]]]:
    """Pair → its best public score after each submission that raised it; few queries. Nothing after a freeze."""
    rows: Any = Submission.objects.filter(task=task, score__isnull=False).order_by("submitted_at", "pk")
    uses_ladder = task.uses_ladder
    if _is_still(task, live=live):
        rows = _as_it_was(task, rows)
        said = Board.objects.filter(task=task).values_list("frozen_said", flat=True).first() or {}
        uses_ladder = said.get("ladder", uses_ladder)
    score = "ladder_score" if uses_ladder else "score"
    told: dict[str, list[tuple[datetime, float]]] = {}
    for pair, submitted_at, value in rows.values_list("pair__name", "submitted_at", score):
        points = told.setdefault(pair, [])
        if not points or value > points[-1][1]:
            points.append((submitted_at, value))
    return told


def _entry(row: Mapping[str, Any], filters: Filters, draws: Mapping[int, Sequence[float]]) -> Entry:
    metrics, score = {**row["metrics"], "interval": row["interval"]}, row["score"]
    if filters.class_name is not None:
        score = (metrics.get("per_class") or {}).get(filters.class_name)
        metrics["interval"] = None
    return Entry(
        pair=row["pair"],
        group=row["group"],
        score=score,
        draws=draws.get(row["submission"], ()),
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
        submission=row["submission"],
        submissions=row["submissions"],
        metrics=metrics,
        configuration=row["configuration"],
        matches_lot=row["matches_lot"],
    )


def _draws_of(task: Task, rows: Iterable[Mapping[str, Any]], *, live: bool) -> dict[int, tuple[float, ...]]:
    part = "private" if task.revealed_at else "public"
    found = Submission.objects.filter(pk__in=[row["submission"] for row in rows])
    if _is_still(task, live=live):
        found = _as_it_was(task, found)
    return {pk: tuple((draws or {}).get(part) or ()) for pk, draws in found.values_list("pk", "draws")}


def _is_still(task: Task, *, live: bool) -> bool:
    """Whether the reader is shown the board of a moment that has passed."""
    return bool(task.frozen_at) and not task.revealed_at and not live


def _as_it_was(task: Task, rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """Those of the submissions whose result is what it was at the freeze: none, once all were published anew."""
    anew = task.reevaluations.filter(state=Reevaluation.State.PUBLISHED, ended_at__gte=task.frozen_at)
    if anew.exists():
        return rows.none()
    return rows.filter(submitted_at__lt=task.frozen_at, job__finished_at__lt=task.frozen_at)
