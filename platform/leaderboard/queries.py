"""What people read of the board."""

from datetime import datetime
from typing import Any

from leaderboard.models import Board
from leaderboard.ranking import Entry, rank
from submissions.models import Submission, Task


def board_of(task: Task) -> dict[str, Any]:
    """``{"revision", "rows"}``; revision 0 and no rows before the first score."""
    board = Board.objects.filter(task=task).first()
    return {"revision": board.revision, "rows": board.rows} if board else {"revision": 0, "rows": []}


def ranks_before(task: Task, moment: datetime) -> dict[str, int]:
    """Pair → rank, had the board ended at that moment: what was handed in until then, with the scores it has now."""
    return {row["pair"]: row["rank"] for row in rank(entries(task, before=moment))}


def entries(task: Task, *, before: datetime | None = None) -> list[Entry]:
    """Everything that was handed in for a task, as the ranking takes it."""
    rows: Any = Submission.objects.filter(task=task).order_by("pk")
    if before is not None:
        rows = rows.filter(submitted_at__lt=before)
    fields = rows.values_list("pair__name", "score", "submitted_at", "metrics")
    return [Entry(pair, score, submitted_at, metrics or {}) for pair, score, submitted_at, metrics in fields]
