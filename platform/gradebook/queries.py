"""What the gradebook's pages read: a course's rules, its columns, whether marks are shown."""

from courses.models import Course
from gradebook.columns import Column, columns_from
from gradebook.models import Gradebook, RulesVersion
from gradebook.rules import Rules


def newest_rules(course: Course) -> RulesVersion | None:
    """The version that counts; None for a course that never changed the usual rules."""
    return RulesVersion.objects.filter(course=course).select_related("saved_by").first()


def versions_of(course: Course, *, limit: int = 10) -> list[RulesVersion]:
    """The newest first."""
    return list(RulesVersion.objects.filter(course=course).select_related("saved_by")[:limit])


def rules_of(course: Course) -> Rules:
    version = newest_rules(course)
    return Rules.from_json(version.document) if version else Rules()


def gradebook_of(course: Course) -> Gradebook:
    """A course's; the usual one, not saved, as long as nothing was decided."""
    return Gradebook.objects.filter(course=course).first() or Gradebook(course=course)


def columns_of(gradebook: Gradebook, language: str) -> tuple[Column, ...]:
    return columns_from(gradebook.columns, language)
