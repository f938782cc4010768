"""The board: drawn once by the server, then kept up to date by the page itself."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from courses.configurations import configurations_of
from leaderboard import figures
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
    rows = standing["rows"]
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = ranks_before(found, midnight, live=live)
    lots = _lots_by_name(found)
    context: dict[str, Any] = {
        "task": found,
        "spec": task_spec(found),
        "rows": [_as_shown(row, yesterday) for row in rows],
        "end": ceiling(bound for row in rows for bound in (row["score"], *(row["interval"] or ()))),
        "own": pair.name if pair else "",
        "is_projected": is_projected,
        "grid": figures.grid(lots, rows),
        "data": standing | {"yesterday": yesterday, "cells": figures.pairs_of_cells(lots)},
    }
    return render(request, "leaderboard/board.html", context)


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
