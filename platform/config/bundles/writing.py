"""A course to its zip."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from accounts.models import User
from challenges.catalogue import CARD_FILE, CATALOGUE
from config.bundles import parts
from config.bundles.contents import MANIFEST, ROSTER, VERSION
from courses.models import Course
from courses.services import weights_of, weights_path
from datasets import rules as acquisition
from marking.beginning import rubrics_of
from submissions.rules import rules_of

#: A zip's own beginning of time: the same course gives the same bytes.
NO_DATE = (1980, 1, 1, 0, 0, 0)
PICTURES = (".jpg", ".png", ".txt")


def write(course: Course, target: IO[bytes], *, people: bool) -> None:
    """Write the zip of a course into an open file; with the people of its roster when asked, never a password."""
    weights = weights_of(course)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, MANIFEST, json.dumps(_manifest(course), ensure_ascii=False, indent=1).encode())
        if people:
            _add(archive, ROSTER, _roster(course))
        for name, file in _content():
            _add(archive, name, file.read_bytes())
        for number, text in rubrics_of(course).items():
            _add(archive, f"rubrics/{number}.yaml", text.encode())
        if weights is not None:
            name = f"weights/{weights.digest.removeprefix('sha256:')}.pt"
            archive.write(weights_path(weights), name, zipfile.ZIP_STORED)


def _manifest(course: Course) -> dict[str, Any]:
    weights = weights_of(course)
    return {
        "version": VERSION,
        "title": course.title,
        "slug": course.slug,
        "time_zone": course.time_zone,
        "groups": [group.name for group in course.groups.all()],
        "pairs": [{"name": pair.name, "group": pair.group.name} for pair in course.pairs.select_related("group")],
        "tasks": [{"slug": task.slug, "data": task.data, "rules": rules_of(task)} for task in course.tasks.all()],
        "training_grid": course.training_grid,
        "object_classes": [{"name": one.name, "index": one.index} for one in course.object_classes.all()],
        "acquisition": acquisition.as_json(acquisition.rules_of(course)),
        "parts": parts.said_of(course),
        "weights": None if weights is None else {"name": weights.name, "digest": weights.digest},
    }


def _roster(course: Course) -> bytes:
    """In the form that a roster is brought in."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(["username", "role", "group", "pair", "first_name", "last_name", "email", "id_number"])
    for person in course.instructors.order_by("username"):
        table.writerow([person.username, "instructor", "", "", *_about(person)])
    for pair in course.pairs.select_related("group").prefetch_related("members"):
        for person in sorted(pair.members.all(), key=lambda each: each.username):
            where = [pair.group.name, pair.name]
            table.writerow([person.username, "student", *where, *_about(person)])
    return out.getvalue().encode()


def _about(person: User) -> tuple[str, ...]:
    return person.first_name, person.last_name, person.email, person.id_number


def _content() -> Iterator[tuple[str, Path]]:
    """Every card, task and picture that this site shows, under its name in the zip."""
    found: dict[str, Path] = {}
    for folder in CATALOGUE.folders:
        for file in sorted(folder.glob("tasks/*.yaml")):
            found[f"tasks/{file.name}"] = file
        for file in sorted(folder.glob("pictures/*")):
            if file.suffix in PICTURES:
                found[f"pictures/{file.name}"] = file
    for card in CATALOGUE.cards():
        folder = CATALOGUE.folder_of(card.slug)
        found[f"cards/{folder.name}/{CARD_FILE}"] = folder / CARD_FILE
        for quest in card.quests:
            inside = Path("quests") / quest.slug / "quest.yaml"
            found[f"cards/{folder.name}/{inside}"] = folder / inside
    yield from sorted(found.items())


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, NO_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def file_name(course: Course) -> str:
    return f"{course.slug}-course.zip"


def room_needed(course: Course) -> int:
    """About how large the zip will be, in bytes."""
    weights = weights_of(course)
    return (weights.size_bytes if weights else 0) + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
