"""The one write to the board: bring it up to date."""

from functools import partial

from django.db import transaction

from leaderboard import events
from leaderboard.models import Board
from leaderboard.queries import board_of, entries
from leaderboard.ranking import rank
from submissions.models import Task

__all__ = ["board_of", "refresh"]


def refresh(task: Task) -> Board:
    """Rank the task's submissions; a board that differs from the last one gets the next revision and is announced."""
    with transaction.atomic():
        board, _ = Board.objects.select_for_update().get_or_create(task=task)
        rows = rank(entries(task))
        if rows == board.rows:
            return board
        board.rows = rows
        board.revision += 1
        board.save(update_fields=["rows", "revision", "updated_at"])
        transaction.on_commit(partial(events.board_changed, task_slug=task.slug, revision=board.revision, rows=rows))
    return board
