"""The rules of a task, from the catalogue."""

from challenges.spec import TaskSpec, find_task
from submissions.models import Task


def task_spec(task: Task) -> TaskSpec:
    """What ``challenges/tasks/<slug>.yaml`` says. Raises KeyError when the catalogue has no such task."""
    return find_task(task.slug)
