"""Changing a task's rules. What results are made with is changed only while there are none, or by a re-evaluation."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from courses import audit
from courses.access import require_teacher_of
from submissions import refusals
from submissions.models import Submission, Task
from submissions.payloads import DECISIVE
from submissions.reevaluations import checked_changes
from submissions.signals import score_changed

#: What takes effect at once, for what is there as for what comes.
FREE: Final = ("is_open", "quota_per_day", "attempts_per_day", "final_rule", "uses_ladder", "shows_gallery")
#: What another year's course takes over with its task: everything but whether it is open.
CARRIED: Final = (*DECISIVE, *(name for name in FREE if name != "is_open"))
MOST_PER_DAY: Final = 10_000


def set_rules(*, task: Task, instructor: User, **changes: Any) -> Task:
    """Change what FREE and DECISIVE name; the board follows.

    Raises Http404 for anybody but the course's instructors; Refusal for a value that is none, for a decisive change
    while there are results, and for any but ``is_open`` after the reveal.
    """
    require_teacher_of(instructor, task.course)
    decisive = checked_changes(task, {name: value for name, value in changes.items() if name in DECISIVE})
    free = {name: value for name, value in changes.items() if name not in DECISIVE}
    if not all(_is_allowed(name, value) for name, value in free.items()):
        raise refusals.no_such_rule()
    with transaction.atomic():
        locked = Task.objects.select_for_update().get(pk=task.pk)
        if locked.revealed_at and (decisive or {**free, "is_open": False} != {"is_open": False}):
            raise refusals.results_are_final()
        if decisive and Submission.objects.filter(task=task, job__isnull=False).exists():
            raise refusals.not_without_reevaluation()
        wanted = {**free, **decisive}
        changed = {name: value for name, value in wanted.items() if getattr(locked, name) != value}
        before = {name: getattr(locked, name) for name in changed}
        for name, value in wanted.items():
            setattr(locked, name, value)
        locked.save(update_fields=[*wanted])
        if changed:
            audit.record(
                course=locked.course,
                actor=instructor,
                action="task-rules-changed",
                subject=locked.subject,
                before=before,
                after=changed,
            )
        score_changed.send(sender=Submission, task=locked)  # not the caller's: it may have been frozen since
    task.refresh_from_db()
    return task


def rules_of(task: Task) -> dict[str, Any]:
    """The rules that a course's zip carries; ``checked_rules`` reads them back."""
    return {name: getattr(task, name) for name in CARRIED}


def checked_rules(values: Mapping[str, Any]) -> dict[str, Any]:
    """Rules out of a stranger's file, for a task that is new. Raises Refusal for a name or value that is none."""
    decisive = checked_changes(Task(), {name: value for name, value in values.items() if name in DECISIVE})
    free = {name: value for name, value in values.items() if name not in DECISIVE}
    if not set(values) <= set(CARRIED) or not all(_is_allowed(name, value) for name, value in free.items()):
        raise refusals.no_such_rule()
    return {**free, **decisive}


def _is_allowed(name: str, value: Any) -> bool:
    if name == "final_rule":
        return value in Task.FinalRule.values
    if name == "quota_per_day" and value is None:
        return True
    if name in ("quota_per_day", "attempts_per_day"):
        return type(value) is int and 0 < value <= MOST_PER_DAY
    return name in FREE and isinstance(value, bool)
