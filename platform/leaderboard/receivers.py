"""The board follows the scores, in the transaction that writes them."""

from typing import Any

from django.dispatch import receiver

from leaderboard.services import refresh
from submissions.models import Task
from submissions.signals import score_changed


@receiver(score_changed, dispatch_uid="refresh-the-board")
def follow(task: Task, **_: Any) -> None:
    refresh(task)
