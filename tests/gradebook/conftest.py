"""A small class with its marks: two pairs, one capsule told, one only half marked."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from courses.models import Course, Pair
from gradebook import rows
from gradebook.capsule_marks import CapsuleMark, Known
from tests.builders import make_course, make_pair
from tests.hand_in import folders

__all__ = ["folders"]

SetMarks = Callable[[dict[int, Known]], None]


@pytest.fixture
def course(db: None) -> Course:
    return make_course()


@pytest.fixture
def told(course: Course) -> Pair:
    """Its capsule has 14.5; one of its members 1 more."""
    pair = make_pair(course, "1", "ana", "bob")
    for username, first, last in (("ana", "Ana", "Élisée"), ("bob", "Bob", "Çelik")):
        pair.members.filter(username=username).update(
            first_name=first, last_name=last, email=f"{username}@example.org", id_number=f"n-{username}"
        )
    return pair


@pytest.fixture
def half_marked(course: Course) -> Pair:
    """Its capsule would have 8, and nobody has told it."""
    return make_pair(course, "2", "cleo")


@pytest.fixture
def set_marks(monkeypatch: pytest.MonkeyPatch) -> SetMarks:
    """Marks as the marking room would say them."""

    def set_them(marks: dict[int, Known]) -> None:
        monkeypatch.setattr(rows, "capsule_marks", lambda course: marks)

    return set_them


@pytest.fixture
def marked(told: Pair, half_marked: Pair, set_marks: SetMarks) -> Course:
    ana = told.members.get(username="ana")
    mark = CapsuleMark(Decimal("14.5"), True, {ana.pk: Decimal(1)})
    draft = CapsuleMark(Decimal(8), False)
    set_marks({told.pk: Known(told=mark, newest=mark), half_marked.pk: Known(newest=draft)})
    return told.course
