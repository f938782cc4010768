"""A course with two pairs and a folder of its own for what they hand in."""

from pathlib import Path

import pytest
from pytest_django import Settings

from courses.models import Pair
from tests.builders import make_course, make_pair


@pytest.fixture(autouse=True)
def uploads_folder(tmp_path: Path, settings: Settings) -> Path:
    folder = tmp_path / "uploads"
    settings.UPLOADS_DIR = folder
    return folder


@pytest.fixture
def pair(db: None) -> Pair:
    return make_pair(make_course())


@pytest.fixture
def strangers(pair: Pair) -> Pair:
    """Another pair of the same course."""
    return make_pair(pair.course, "2")
