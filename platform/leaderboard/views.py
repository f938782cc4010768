"""The board: drawn once by the server, then kept up to date by the page itself."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from courses.configurations import configurations_of
from leaderboard import figures
from leaderboard.api import filters_of
from leaderboard.exploring import Filters, histories, what_if
from leaderboard.filters import fields as filter_fields
from leaderboard.queries import board_of, ranks_before
from submissions.access import access_task, pair_in
from submissions.figures import ceiling
from submissions.models import Task
from submissions.tasks import task_spec


@require_GET
@never_cache
@login_required
def board(request: HttpRequest, task: str) -> HttpResponse:
    """The leaderboard of a task; ``?projector=1`` for the wall of a classroom."""
    person = request.user
    assert isinstance(person, User)
    found = access_task(person, task)
    pair = pair_in(found, person)
    is_projected = request.GET.get("projector") == "1"
    live = person.is_instructor and not is_projected  # what is on the wall is what pairs may see
    standing = board_of(found, live=live)
    rows, filters = standing["rows"], _filters(request)
    lots = _lots_by_name(found)
    fields = filter_fields(task_spec(found).classes, rows, lots, request.GET.dict())
    if not filters.is_empty:
        rows = what_if(found, filters, live=live)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = ranks_before(found, midnight, live=live) if filters.is_empty else {}
    context: dict[str, Any] = {
        "task": found,
        "spec": task_spec(found),
        "rows": [_as_shown(row, yesterday) for row in rows],
        "end": ceiling(bound for row in rows for bound in (row["score"], *(row["interval"] or ()))),
        "own": pair.name if pair else "",
        "is_projected": is_projected,
        "filters": [] if is_projected else fields,
        "is_filtered": not filters.is_empty,
        "grid": figures.grid(lots, rows),
        "data": standing
        | {
            "rows": rows,
            "yesterday": yesterday,
            "cells": figures.pairs_of_cells(lots),
            "histories": _histories(found, live=live),
        },
    }
    return render(request, "leaderboard/board.html", context)


def _filters(request: HttpRequest) -> Filters:
    """What the address asks for; what cannot be read is said, and nothing is left out for it."""
    try:
        return filters_of(request.GET.dict())
    except Refusal as refusal:
        say(request, refusal)
        return Filters()


def _histories(task: Task, *, live: bool) -> dict[str, list[tuple[str, float]]]:
    """Pair → when its shown score rose, and to what."""
    told = histories(task, live=live)
    return {
        pair: [(when.isoformat(timespec="seconds"), score) for when, score in points] for pair, points in told.items()
    }


def _lots_by_name(task: Task) -> dict[str, dict[str, Any]]:
    """What each pair of the course was given to train; everybody may read it."""
    lots = configurations_of(task.course)
    names = dict(task.course.pairs.filter(pk__in=lots).values_list("pk", "name"))
    return {names[pair]: lot for pair, lot in lots.items()}


def _as_shown(row: dict[str, Any], yesterday: dict[str, int]) -> dict[str, Any]:
    """A row with what the page says beside it: ``moved`` is places won since yesterday, None for who was not there."""
    before = yesterday.get(row["pair"])
    return row | {
        "submitted_at": datetime.fromisoformat(row["submitted_at"]),
        "moved": None if before is None else before - row["rank"],
        "is_new": bool(yesterday) and before is None,
    }
