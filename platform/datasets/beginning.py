"""What a new course begins with: its classes and rules, as another course had them."""

from collections.abc import Iterable, Mapping
from typing import Any

from courses.models import Course, ObjectClass
from datasets.models import AcquisitionRules


def begin(course: Course, *, classes: Iterable[tuple[str, int]], rules: Mapping[str, Any] | None) -> None:
    """Inside the transaction that makes the course; both were checked when they were read."""
    ObjectClass.objects.bulk_create([ObjectClass(course=course, name=name, index=index) for name, index in classes])
    if rules is not None:
        AcquisitionRules.objects.create(course=course, **rules)
