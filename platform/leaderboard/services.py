"""Every write to the board: bring it up to date, freeze it, let it run again, reveal what counts."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses import audit
from courses.access import require_teacher_of
from leaderboard import events, refusals
from leaderboard.models import Board
from leaderboard.queries import board_of, message_of
from leaderboard.standing import standing_of
from submissions.models import Submission, Task
from submissions.reevaluations import undecided_of

__all__ = ["board_of", "freeze", "refresh", "reveal", "unfreeze"]


def refresh(task: Task) -> Board:
    """Rank the task's submissions; a board that differs from the last one gets the next revision and is announced."""
    with transaction.atomic():
        board, _ = Board.objects.select_for_update().get_or_create(task=task)
        if _bring_up_to_date(board, task):
            _announce(board, task)
    return board


def freeze(*, task: Task, instructor: User) -> Board:
    """From now on pairs see the board of this moment; scores go on being made, and instructors see them.

    Raises Http404 for a stranger; Refusal when it is frozen or revealed already.
    """
    require_teacher_of(instructor, task.course)
    with transaction.atomic():
        board = _locked(task)
        if task.frozen_at or task.revealed_at:
            raise refusals.is_frozen()
        task.frozen_at = timezone.now()
        task.save(update_fields=["frozen_at"])
        _bring_up_to_date(board, task)
        board.frozen_rows, board.frozen_said, board.frozen_revision = board.rows, board.said, board.revision
        board.save(update_fields=["frozen_rows", "frozen_said", "frozen_revision"])
        _announce(board, task, everybody=True)
        audit.record(course=task.course, actor=instructor, action="board-frozen", subject=task.subject)
    return board


def unfreeze(*, task: Task, instructor: User) -> Board:
    """Let the board run again. Raises Http404; Refusal when it is not frozen, or is revealed."""
    require_teacher_of(instructor, task.course)
    with transaction.atomic():
        board = _locked(task)
        if not task.frozen_at or task.revealed_at:
            raise refusals.is_not_frozen()
        task.frozen_at = None
        task.save(update_fields=["frozen_at"])
        _thaw(board, task)
        audit.record(course=task.course, actor=instructor, action="board-unfrozen", subject=task.subject)
    return board


def reveal(*, task: Task, instructor: User) -> Board:
    """Rank by the private part, once and for all; the task is closed, for what is shown now could be aimed at.

    Raises Http404; Refusal when there is no private part, while evaluations wait or a re-evaluation is undecided, or
    when it was done before.
    """
    require_teacher_of(instructor, task.course)
    with transaction.atomic():
        board = _locked(task)
        if task.revealed_at:
            raise refusals.is_revealed()
        if not task.has_parts:
            raise refusals.nothing_to_reveal()
        if undecided_of(task) is not None:
            raise refusals.reevaluation_is_undecided()
        waiting = Submission.objects.filter(task=task, job__status__in=["queued", "running"]).count()
        if waiting:
            raise refusals.still_evaluating(waiting)
        task.revealed_at = timezone.now()
        task.frozen_at = task.frozen_at or task.revealed_at
        task.is_open = False
        task.save(update_fields=["revealed_at", "frozen_at", "is_open"])
        _thaw(board, task)
        audit.record(course=task.course, actor=instructor, action="board-revealed", subject=task.subject)
    return board


def _locked(task: Task) -> Board:
    board, _ = Board.objects.select_for_update().get_or_create(task=task)
    task.refresh_from_db(fields=["frozen_at", "revealed_at", "is_open"])
    return board


def _thaw(board: Board, task: Task) -> None:
    board.frozen_rows = board.frozen_said = board.frozen_revision = None
    board.save(update_fields=["frozen_rows", "frozen_said", "frozen_revision"])
    _bring_up_to_date(board, task)
    _announce(board, task, everybody=True)


def _bring_up_to_date(board: Board, task: Task) -> bool:
    """Rank again; False when nothing differs."""
    standing = standing_of(task)
    if standing.rows == board.rows and standing.said == board.said:
        return False
    board.rows, board.said = standing.rows, standing.said
    board.revision += 1
    board.save(update_fields=["rows", "said", "revision", "updated_at"])
    return True


def _announce(board: Board, task: Task, *, everybody: bool = False) -> None:
    """One message for each of the two audiences; pairs hear nothing of what happens while their board stands still."""
    audiences = [True, False] if everybody or board.frozen_revision is None else [True]
    for live in audiences:
        told = message_of(board, live=live)
        transaction.on_commit(partial(events.board_changed, task_slug=task.slug, board=told, live=live))
