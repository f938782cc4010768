"""Two pairs of one course, their instructor, and folders of each test alone."""

import pytest

from accounts.models import User
from courses.models import Pair
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import folders

__all__ = ["folders"]


@pytest.fixture
def pair(db: None, folders: object) -> Pair:
    return make_pair(make_course())


@pytest.fixture
def other(pair: Pair) -> Pair:
    return make_pair(pair.course, "2")


@pytest.fixture
def student(pair: Pair) -> User:
    return member_of(pair)


@pytest.fixture
def mate(pair: Pair) -> User:
    return pair.members.order_by("username")[1]


@pytest.fixture
def prof(pair: Pair) -> User:
    return pair.course.instructors.get()
