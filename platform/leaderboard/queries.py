"""What people read of the board."""

from datetime import datetime
from typing import Any

from leaderboard.models import Board
from leaderboard.ranking import published, rank
from leaderboard.standing import represented, standing_of
from submissions.models import Task


def board_of(task: Task, *, live: bool = False) -> dict[str, Any]:
    """``{"revision", "rows", "state", "part", "metric", "convention", …}`` as everybody may read it.

    While the task is frozen that is the board of the moment when it was frozen; ``live`` is for its instructors.
    Revision 0 and no rows before the first score.
    """
    board = Board.objects.filter(task=task).first()
    if board is None:
        return {"revision": 0, "rows": [], **standing_of(task).said}
    return message_of(board, live=live)


def message_of(board: Board, *, live: bool = False) -> dict[str, Any]:
    """The same of a board's row."""
    revision, said = board.revision, board.said
    if board.frozen_revision is not None and not live:
        revision, said = board.frozen_revision, board.frozen_said or board.said
    return {"revision": revision, "rows": [published(row) for row in visible_rows(board, live=live)], **said}


def visible_rows(board: Board, *, live: bool = False) -> list[dict[str, Any]]:
    """The rows behind it, with the numbers of their submissions: for what looks at a board from another side."""
    if board.frozen_revision is None or live:
        return list(board.rows)
    return list(board.frozen_rows or [])


def ranks_before(task: Task, moment: datetime, *, live: bool = False) -> dict[str, int]:
    """Pair → rank, had the board ended at that moment: what was handed in until then, with the scores it has now.

    Nothing while the task is frozen, but for its instructors: the scores of now are what a frozen board does not tell.
    """
    if task.frozen_at and not task.revealed_at and not live:
        return {}
    return {row["pair"]: row["rank"] for row in rank(represented(task, before=moment))}
