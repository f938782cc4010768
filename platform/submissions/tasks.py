"""The rules of a task, from the catalogue."""

from typing import TYPE_CHECKING

from submissions.models import Task

if TYPE_CHECKING:
    from challenges.spec import TaskSpec


def task_spec(task: Task) -> "TaskSpec":
    """What ``challenges/tasks/<slug>.yaml`` says. Raises KeyError when the catalogue has no such task."""
    from challenges.spec import find_task

    return find_task(task.slug)
