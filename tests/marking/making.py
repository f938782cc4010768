"""Capsules, markings and marks, in as few rows as a test needs. The films behind them are links: nobody looks."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from capsules.models import Capsule, CapsuleVersion
from courses.models import Course, Pair
from marking import publishing, saving
from marking.models import Mark, Marking
from marking.versions import current_version
from tests.builders import make_person


def give_capsule(pair: Pair) -> Capsule:
    """What a pair handed in: a link."""
    capsule, _ = Capsule.objects.get_or_create(pair=pair)
    now = timezone.now()
    version = CapsuleVersion.objects.create(
        capsule=capsule,
        number=capsule.versions.count() + 1,
        kind=CapsuleVersion.Kind.LINK,
        link="https://films.example/ours",
        begun_at=now,
        finished_at=now,
        counted_at=now,
    )
    capsule.current = version
    capsule.save()
    return capsule


def teaches(course: Course, username: str) -> User:
    """One more instructor of the course."""
    person = make_person(username, User.Role.INSTRUCTOR)
    course.instructors.add(person)
    return person


def all_cells(course: Course, level: int | None = 3, note: str = "", **cells: int) -> dict[str, Any]:
    """Every cell of the course's rubric at a level; ``cells`` by number: c1=4."""
    keys = current_version(course).rubric.keys
    filled = {key: {"level": level, "note": note} for key in keys}
    for name, other in cells.items():
        filled[keys[int(name[1:]) - 1]]["level"] = other
    return {"cells": filled}


def mark_it(
    capsule: Capsule, marker: User, level: int | None = 3, *, done: bool = True, note: str = "", **cells: int
) -> Marking:
    """A marking with every cell at that level, done."""
    changes = all_cells(capsule.pair.course, level, note, **cells)
    before = Marking.objects.filter(capsule=capsule, marker=marker).first()
    revision = before.revision if before else 0
    marking = saving.save(instructor=marker, capsule=capsule, revision=revision, changes=changes)
    return saving.finish(instructor=marker, marking=marking, revision=marking.revision) if done else marking


def publish_all(course: Course, instructor: User) -> None:
    found = publishing.preview(course)
    publishing.publish(instructor=instructor, course=course, fingerprint=found.fingerprint, without_some=True)


def mark_of(capsule: Capsule) -> Mark:
    return Mark.objects.get(capsule=capsule)
