"""How long a new course keeps its films, as another course did: the part of a course's file that is privacy's."""

from collections.abc import Mapping
from typing import Any, Final

from courses import carrying
from courses.models import Course
from privacy.models import Retention

READERS: Final[Mapping[str, carrying.Reader]] = dict.fromkeys(("clips_until", "capsules_until"), carrying.day)


def said_of(course: Course) -> dict[str, Any] | None:
    """None where nobody has set a day."""
    rules = Retention.objects.filter(course=course).first()
    return {name: carrying.plain(getattr(rules, name)) for name in READERS} if rules else None


def checked(said: object) -> dict[str, Any]:
    """The days that a file says. Raises ValueError, naming what is none."""
    return carrying.read_values(said, READERS)


def begin(course: Course, values: Mapping[str, Any]) -> None:
    """Inside the transaction that makes the course; the days were checked when they were read."""
    Retention.objects.create(course=course, **values)
