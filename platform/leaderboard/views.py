"""The board: drawn once by the server, then kept up to date by the page itself."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from leaderboard.queries import board_of
from submissions.access import access_task, pair_in
from submissions.tasks import task_spec


@require_GET
@never_cache
@login_required
def board(request: HttpRequest, task: str) -> HttpResponse:
    """The leaderboard of a task; ``?projector=1`` for the wall of a classroom."""
    assert isinstance(request.user, User)
    found = access_task(request.user, task)
    pair = pair_in(found, request.user)
    standing = board_of(found)
    context: dict[str, Any] = {
        "task": found,
        "spec": task_spec(found),
        "board": standing,
        "own": pair.name if pair else "",
        "is_projected": request.GET.get("projector") == "1",
    }
    return render(request, "leaderboard/board.html", context)
