"""The course's rules of marking, written."""

from typing import Any

from django.db import transaction

from accounts.models import User
from courses import audit
from courses.access import require_teacher_of
from courses.models import Course
from marking.models import MarkingRules


def set_rules(*, instructor: User, course: Course, **changes: Any) -> MarkingRules:
    """Change some of the rules; in the trace with what they were."""
    require_teacher_of(instructor, course)
    with transaction.atomic():
        rules, _ = MarkingRules.objects.select_for_update().get_or_create(course=course)
        before = {name: _plain(getattr(rules, name)) for name in changes}
        for name, value in changes.items():
            setattr(rules, name, value)
        rules.full_clean(exclude=["course"])
        rules.save()
        after = {name: _plain(value) for name, value in changes.items()}
        if after != before:
            audit.record(
                course=course,
                actor=instructor,
                action="marking-rules-set",
                subject=f"course:{course.pk}",
                before=before,
                after=after,
            )
    return rules


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)
