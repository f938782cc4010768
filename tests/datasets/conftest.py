"""A pair, its instructor, and folders of this test alone."""

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from courses.models import Pair
from tests.builders import make_course, make_pair, member_of
from tests.hand_in import folders

__all__ = ["folders"]


@pytest.fixture
def pair(db: None, folders: Path, settings: Settings) -> Pair:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    return make_pair(make_course())


@pytest.fixture
def student(pair: Pair) -> User:
    return member_of(pair)


@pytest.fixture
def mate(pair: Pair) -> User:
    mate = pair.members.order_by("username").last()
    assert mate is not None
    return mate


@pytest.fixture
def prof(pair: Pair) -> User:
    return pair.course.instructors.get()


@pytest.fixture
def other(pair: Pair) -> Pair:
    """Another pair of the same course."""
    return make_pair(pair.course, "2")
