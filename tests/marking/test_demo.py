"""What the demo shows of marking."""

import pytest

from accounts.models import User
from capsules.models import Capsule
from config import demo_marks
from courses.models import Course
from marking.models import Mark, Marking
from marking.publishing import preview

pytestmark = pytest.mark.django_db


def test_the_demo_has_one_capsule_half_marked_one_wholly_and_none_told(
    course: Course, capsule: Capsule, other: Capsule, prof: User
) -> None:
    for _ in range(2):
        demo_marks.mark(course, instructor=prof)
    half, whole = Marking.objects.get(capsule=capsule), Marking.objects.get(capsule=other)
    assert (len(half.cells), half.state) == (8, "draft")
    assert (len(whole.cells), whole.state) == (18, "done")
    assert Mark.objects.get().published is None
    assert [one.capsule for one in preview(course).ready] == [other]
