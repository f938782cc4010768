"""A course's rules of acquisition, and the one place that changes them."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from courses import audit
from courses.access import require_teacher_of
from courses.models import Course
from datasets import refusals
from datasets.models import AcquisitionRules

FIELDS: Final = ("clips_expected", "seconds_expected", "frame_rate", "limit_bytes", "max_seconds", "shares_classes")
#: No rule lets one file be larger.
LARGEST_BYTES: Final = 4 * 2**30


def rules_of(course: Course) -> AcquisitionRules:
    """What the instructor decided, or the usual rules, unsaved."""
    return AcquisitionRules.objects.filter(course=course).first() or AcquisitionRules(course=course)


def as_json(rules: AcquisitionRules) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in FIELDS}


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The rules that a mapping says, the usual ones where it says nothing. Raises Refusal for what is no rule."""
    if unknown := sorted(set(values) - set(FIELDS)):
        raise refusals.no_rules(", ".join(map(str, unknown)))
    for name, value in values.items():
        wanted = bool if name == "shares_classes" else int
        if type(value) is not wanted:
            raise refusals.no_rules(name)
    rules = AcquisitionRules(**values)
    try:
        rules.clean_fields(exclude=["course"])
    except ValidationError as error:
        raise refusals.no_rules(", ".join(sorted(error.message_dict))) from error
    if not 2**20 <= rules.limit_bytes <= LARGEST_BYTES:
        raise refusals.no_rules("limit_bytes")
    if rules.max_seconds < rules.seconds_expected:
        raise refusals.no_rules("max_seconds")
    return as_json(rules)


def set_rules(*, course: Course, instructor: User, values: Mapping[str, Any]) -> AcquisitionRules:
    """Change what is asked for; clips that are there stay. Raises Http404, or Refusal."""
    require_teacher_of(instructor, course)
    after = checked(values)
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        before = as_json(rules_of(course))
        rules, _ = AcquisitionRules.objects.update_or_create(course=course, defaults=after)
        if before != after:
            changed = [name for name in FIELDS if before[name] != after[name]]
            audit.record(
                course=course,
                actor=instructor,
                action="acquisition-rules-changed",
                subject=f"course:{course.pk}",
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    return rules
