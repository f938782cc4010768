"""The board follows the scores, in the transaction that writes them."""

from typing import Any

from django.dispatch import receiver

from courses.models import Course
from courses.signals import configurations_drawn
from leaderboard.services import refresh
from submissions.models import Task
from submissions.signals import score_changed


def rank_what_an_older_version_ranked(**_: Any) -> None:
    """After an upgrade: rows that an older version wrote lack what pages now read of them."""
    for task in Task.objects.filter(board__said={}).select_related("course"):
        refresh(task)


@receiver(configurations_drawn, dispatch_uid="refresh-the-boards-of-a-course")
def follow_the_draw(course: Course, **_: Any) -> None:
    for task in Task.objects.filter(course=course, board__isnull=False).select_related("course"):
        refresh(task)


@receiver(score_changed, dispatch_uid="refresh-the-board")
def follow(task: Task, **_: Any) -> None:
    refresh(task)
