"""A board as it stands: out of the database, through the ranking."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from courses.configurations import configurations_of
from courses.draw import Lot
from leaderboard.ranking import Entry, rank, represent
from submissions.lot import Found, matches_lot
from submissions.models import Submission, Task
from submissions.tasks import task_spec


@dataclass(frozen=True)
class Standing:
    """``said`` is what a board says beside its rows."""

    rows: list[dict[str, Any]]
    said: dict[str, Any]


def standing_of(task: Task) -> Standing:
    """The board of this moment, whoever may see it: public figures, or private ones once they are revealed."""
    shown = represented(task)
    return Standing(rank(shown), _said(task, shown))


def represented(task: Task, *, before: datetime | None = None) -> list[Entry]:
    """One entry a pair. What represents it is decided by public scores and choices, whatever the figures shown."""
    entries = represent(light_entries(task, before=before))
    return [entry for entry in _completed(task, entries) if entry.score is not None]


def light_entries(task: Task, *, before: datetime | None = None, with_unmoved: bool = False) -> Iterable[Entry]:
    """Every submission with as little as it takes to choose: no metrics, no draws.

    Under the Ladder those that did not move the shown score have none here, unless ``with_unmoved``: a choice would
    tell it, were it shown before the reveal.
    """
    rows = Submission.objects.filter(task=task).order_by("pk")
    if before is not None:
        rows = rows.filter(submitted_at__lt=before)
    chooses = task.final_rule == Task.FinalRule.CHOSEN
    fields = rows.values_list("pair__name", "pk", "score", "ladder_score", "submitted_at", "is_chosen")
    for pair, pk, score, ladder_score, submitted_at, is_chosen in fields:
        moved = with_unmoved or not task.uses_ladder or score == ladder_score
        yield Entry(
            pair=pair,
            submission=pk,
            score=score if moved or (chooses and is_chosen and task.revealed_at) else None,
            submitted_at=submitted_at,
            is_chosen=chooses and is_chosen,
        )


def _completed(task: Task, entries: list[Entry]) -> Iterable[Entry]:
    """Those entries with everything that a row says, in two queries."""
    part = "private" if task.revealed_at else "public"
    lots = configurations_of(task.course)
    names = {"public": ("score", "summary"), "private": ("private_score", "private_summary")}[part]
    rows: Any = Submission.objects.filter(task=task, pk__in=[entry.submission for entry in entries])
    # What the file is said to be stands in the public summary alone.
    kept = {row[0]: row[1:] for row in rows.values_list("pk", "pair", "pair__group__name", "draws", "summary", *names)}
    for entry in entries:
        pair, group, draws, about, score, summary = kept[entry.submission]
        lot = lots.get(pair)
        found = Found.from_json((about or {}).get("found"))
        versions = {name: (about or {}).get(name) for name in ("dataset", "metric_version")}
        yield replace(
            entry,
            group=group,
            score=score,
            draws=tuple((draws or {}).get(part) or ()),
            metrics={**(summary or {}), **versions},
            configuration=lot,
            matches_lot=matches_lot(Lot(**lot) if lot else None, found),
        )


def _said(task: Task, shown: list[Entry]) -> dict[str, Any]:
    spec = task_spec(task)
    return {
        "state": state_of(task),
        "part": part_of(task),
        "metric": spec.metric,
        "convention": task.convention,
        "settings": {**spec.settings, "image_size": spec.image_size},
        "final_rule": task.final_rule,
        "ladder": task.uses_ladder,
        "dataset": _most_common(entry.metrics.get("dataset") for entry in shown),
        "metric_version": _most_common(entry.metrics.get("metric_version") for entry in shown),
    }


def state_of(task: Task) -> str:
    if task.revealed_at:
        return "revealed"
    return "frozen" if task.frozen_at else "open"


def part_of(task: Task) -> str:
    """Which part of the hidden split the board's figures are of."""
    if not task.has_parts:
        return "whole"
    return "private" if task.revealed_at else "public"


def _most_common(values: Iterable[str | None]) -> str | None:
    known = Counter(value for value in values if value)
    return known.most_common(1)[0][0] if known else None
