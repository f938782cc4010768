"""What people read of the board."""

from typing import Any

from leaderboard.models import Board
from submissions.models import Task


def board_of(task: Task) -> dict[str, Any]:
    """``{"revision", "rows"}``; revision 0 and no rows before the first score."""
    board = Board.objects.filter(task=task).first()
    return {"revision": board.revision, "rows": board.rows} if board else {"revision": 0, "rows": []}
