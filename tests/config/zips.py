"""A course's zip in a test: taken, changed on its way, and brought back."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from challenges.catalogue import CATALOGUE
from config.bundles import bringing, reading, writing
from courses.models import Course


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """Folders of this test's own, the site's cards among them."""
    settings.DATA_DIR = tmp_path
    for name in ("UPLOADS", "WEIGHTS", "CARDS"):
        setattr(settings, f"{name}_DIR", tmp_path / name.lower())
    (tmp_path / "uploads").mkdir()
    before = CATALOGUE.folders
    CATALOGUE.add(tmp_path / "cards")
    yield
    CATALOGUE._folders = before
    CATALOGUE.look_again()


def zip_of(course: Course, *, people: bool = False) -> io.BytesIO:
    file = io.BytesIO()
    writing.write(course, file, people=people)
    return file


def rewritten(file: io.BytesIO, change: Callable[[dict[str, bytes]], None]) -> io.BytesIO:
    """The same zip with other entries."""
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out


def saying(file: io.BytesIO, **said: Any) -> io.BytesIO:
    """The same zip with other values in its ``course.json``; None takes one out."""

    def change(entries: dict[str, bytes]) -> None:
        manifest = json.loads(entries["course.json"]) | said
        kept = {name: value for name, value in manifest.items() if value is not None}
        entries["course.json"] = json.dumps(kept).encode()

    return rewritten(file, change)


def brought(file: io.BytesIO, course: Course, **more: Any) -> Course:
    """A new course of this zip, taught by whoever teaches that one."""
    person = course.instructors.get()
    made, _ = bringing.bring(bundle=reading.read(file), file=file, instructor=person, people=False, **more)
    return made
