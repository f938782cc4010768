"""Pages are rendered as they are served, but for the hashed names of static files, which only a deployment collects."""

import pytest
from pytest_django import Settings

from accounts.models import User
from courses.models import Pair
from tests.builders import make_course, make_pair, member_of


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}


@pytest.fixture
def pair(db: None) -> Pair:
    return make_pair(make_course())


@pytest.fixture
def student(pair: Pair) -> User:
    return member_of(pair)
