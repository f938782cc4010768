"""Which version of the rubric counts for a course."""

from challenges.rubric import to_document
from challenges.rubric_file import default_rubric
from courses.models import Course
from marking.models import RubricVersion


def current_version(course: Course) -> RubricVersion:
    """The version that counts; the one shipped with the site, not saved, where the course has none yet."""
    return course.rubric_versions.first() or RubricVersion(
        course=course, number=1, document=to_document(default_rubric())
    )


def saved_version(course: Course) -> RubricVersion:
    """The same, saved: what a marking that begins is held to. Inside a transaction."""
    found = course.rubric_versions.first()
    if found is not None:
        return found
    made, _ = RubricVersion.objects.get_or_create(
        course=course, number=1, defaults={"document": to_document(default_rubric())}
    )
    return made
