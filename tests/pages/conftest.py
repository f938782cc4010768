"""A pair, and one of its members, for the tests of pages."""

import pytest

from accounts.models import User
from courses.models import Pair
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import folders

__all__ = ["folders"]


@pytest.fixture
def pair(db: None) -> Pair:
    return make_pair(make_course())


@pytest.fixture
def student(pair: Pair) -> User:
    return member_of(pair)
