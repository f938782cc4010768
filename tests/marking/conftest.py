"""One course with two instructors and two pairs that have handed in; and an instructor of another course."""

import pytest

from accounts.models import User
from capsules.models import Capsule
from courses.models import Course, Pair
from tests.builders import make_course, make_pair
from tests.hand_in import folders
from tests.marking.making import give_capsule, teaches

__all__ = ["folders"]


@pytest.fixture
def course(db: None) -> Course:
    return make_course()


@pytest.fixture
def prof(course: Course) -> User:
    return course.instructors.get(username="prof")


@pytest.fixture
def colleague(course: Course) -> User:
    return teaches(course, "colleague")


@pytest.fixture
def pair(course: Course) -> Pair:
    return make_pair(course, "1")


@pytest.fixture
def capsule(pair: Pair) -> Capsule:
    return give_capsule(pair)


@pytest.fixture
def other(course: Course) -> Capsule:
    return give_capsule(make_pair(course, "2"))


@pytest.fixture
def outsider(db: None) -> User:
    """Teaches another course."""
    return make_course("other", instructor="other-prof").instructors.get()
