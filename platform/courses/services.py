"""Every write to courses, pairs and the course's checkpoint."""

import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.roster import RosterRow
from courses import audit
from courses.models import Course, CourseWeights, Group, Pair

_BLOCK_BYTES = 2**20


@dataclass
class RosterReport:
    """What an import did. ``passwords`` are the new people's, shown once and kept nowhere."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def import_roster(*, course: Course, rows: tuple[RosterRow, ...]) -> RosterReport:
    """Add the people of a roster, or move those who are there already; all of them or none.

    Somebody's password is set only when they are new: importing the same file twice changes nothing.
    """
    report = RosterReport()
    for row in rows:
        person = _person(row, report)
        if row.role == User.Role.INSTRUCTOR:
            course.instructors.add(person)
        else:
            _place(course, person, row)
    return report


def _person(row: RosterRow, report: RosterReport) -> User:
    person = User.objects.filter(username__iexact=row.username).first()
    if person is None:
        password = row.password or secrets.token_urlsafe(9)
        person = User.objects.create_user(row.username, row.email or None, password)
        report.created.append(person.username)
        report.passwords[person.username] = password
    else:
        report.updated.append(person.username)
    for attribute in ("first_name", "last_name", "email", "id_number"):
        if value := getattr(row, attribute):
            setattr(person, attribute, value)
    # An import places people; it never takes somebody's rights away, nor turns a student into an instructor silently.
    if row.role == User.Role.INSTRUCTOR:
        person.role = User.Role.INSTRUCTOR
    person.save()
    return person


def _place(course: Course, person: User, row: RosterRow) -> None:
    group, _ = Group.objects.get_or_create(course=course, name=row.group)
    pair, _ = Pair.objects.get_or_create(course=course, name=row.pair, defaults={"group": group})
    if pair.group_id != group.pk:
        pair.group = group
        pair.save(update_fields=["group"])
    others = list(Pair.objects.filter(course=course, members=person).exclude(pk=pair.pk))
    for other in others:
        other.members.remove(person)
    pair.members.add(person)
    if others:
        audit.record(
            course=course,
            actor=None,
            action="person-moved",
            subject=f"person:{person.pk}",
            pair=pair,
            before={"pair": ", ".join(other.name for other in others)},
            after={"pair": pair.name},
        )


def register_weights(*, course: Course, source: Path, name: str, architecture: str, parameters: int) -> CourseWeights:
    """Copy a checkpoint into the weights folder and make it the one that weight questions are about."""
    settings.WEIGHTS_DIR.mkdir(parents=True, exist_ok=True)
    digest = file_digest(source)
    target = settings.WEIGHTS_DIR / f"{digest}.pt"
    if not target.exists():
        partial = target.with_suffix(".partial")
        shutil.copyfile(source, partial)
        os.replace(partial, target)
    return CourseWeights.objects.create(
        course=course,
        name=name[:120],
        path=target.name,
        digest=f"sha256:{digest}",
        size_bytes=target.stat().st_size,
        architecture=architecture[:80],
        parameters=parameters,
    )


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal, read block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def weights_of(course: Course) -> CourseWeights | None:
    """The checkpoint the students of a course hold, None when nobody registered one."""
    return course.weights.first()


def weights_with_digest(course: Course, digest: str) -> CourseWeights | None:
    """The course's checkpoint with these bytes: an older variant is about the file that counted when it was dealt."""
    return course.weights.filter(digest=digest).first()


def weights_path(weights: CourseWeights) -> Path:
    return Path(settings.WEIGHTS_DIR) / weights.path
