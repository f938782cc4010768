"""Writing the course's rubric: the draft, and the version that publishing it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from challenges.rubric import Rubric, to_document
from challenges.rubric_file import parse_rubric, to_yaml
from challenges.yaml_file import CardError
from courses import audit
from courses.access import require_teacher_of
from courses.models import Course
from marking import refusals
from marking.models import Mark, Marking, RubricDraft, RubricVersion
from marking.saving import settle
from marking.versions import current_version, saved_version

#: What complaints and downloads call the file.
FILE: Final = PurePath("rubric.yaml")


def draft_of(course: Course) -> RubricDraft | None:
    return RubricDraft.objects.filter(course=course).first()


def edit(*, instructor: User, course: Course, revision: int | None, document: Mapping[str, Any]) -> RubricDraft:
    """Keep the draft as typed, finished or not. ``revision`` is the one that was read, None for a first.

    Raises Refusal where somebody wrote meanwhile, Http404 for anybody but an instructor of the course.
    """
    require_teacher_of(instructor, course)
    with transaction.atomic():
        draft = RubricDraft.objects.select_for_update().filter(course=course).first()
        if (draft.revision if draft else None) != revision:
            raise refusals.somebody_was_quicker()
        if draft is None:
            return RubricDraft.objects.create(course=course, document=dict(document), updated_by=instructor)
        draft.document, draft.updated_by = dict(document), instructor
        draft.revision += 1
        draft.save()
    return draft


def bring(*, instructor: User, course: Course, text: str) -> RubricDraft:
    """Put a file in the place of the draft. Raises Refusal, naming the line, where it cannot be used."""
    require_teacher_of(instructor, course)
    document = to_document(_parsed(text))
    with transaction.atomic():
        draft = RubricDraft.objects.select_for_update().filter(course=course).first()
        if draft is None:
            return RubricDraft.objects.create(course=course, document=document, updated_by=instructor)
        draft.document, draft.updated_by = document, instructor
        draft.revision += 1
        draft.save()
    return draft


def discard(*, instructor: User, course: Course) -> None:
    require_teacher_of(instructor, course)
    RubricDraft.objects.filter(course=course).delete()


@dataclass(frozen=True)
class Carrying:
    """What publishing would do to the marks that are not published: how many follow, and which cells come and go."""

    markings: int
    added: tuple[str, ...]
    removed: tuple[str, ...]


def carrying(course: Course, document: Mapping[str, Any]) -> Carrying:
    before = current_version(course).rubric.keys
    after = tuple(key_of(cell) for cell in document.get("cells", ()))
    return Carrying(
        markings=_carried(course).count(),
        added=tuple(key for key in after if key not in before),
        removed=tuple(key for key in before if key not in after),
    )


def publish(*, instructor: User, course: Course, revision: int, carries: bool) -> RubricVersion:
    """Make the draft the course's rubric. With ``carries``, markings that are not published yet follow, cell by cell:

    what was written under a key stays with it, a cell that is new is empty, one that is gone is kept and not counted.
    A marking that is done and now has empty cells is opened again. Raises Refusal, naming the line, for a draft that
    cannot be used.
    """
    require_teacher_of(instructor, course)
    with transaction.atomic():
        draft = RubricDraft.objects.select_for_update().filter(course=course, revision=revision).first()
        if draft is None:
            raise refusals.somebody_was_quicker()
        document = to_document(_parsed(to_yaml(draft.document)))
        before = saved_version(course)
        made = RubricVersion.objects.create(
            course=course, number=_newest(course) + 1, document=document, created_by=instructor
        )
        draft.delete()
        carried = _carry(course, made, instructor) if carries else 0
        audit.record(
            course=course,
            actor=instructor,
            action="rubric-published",
            subject=f"rubric:{made.number}",
            before={"number": before.number, "cells": len(before.rubric.cells)},
            after={"number": made.number, "cells": len(made.rubric.cells), "markings_carried": carried},
        )
    return made


def _carry(course: Course, version: RubricVersion, instructor: User) -> int:
    carried = 0
    for marking in _carried(course).select_related("capsule__pair__course"):
        marking.rubric_version = version
        marking.revision += 1
        marking.save(update_fields=["rubric_version", "revision", "updated_at"])
        carried += 1
        settle(marking, instructor=instructor)
    return carried


def _carried(course: Course) -> Any:
    """Markings of capsules whose mark was never told."""
    told = Mark.objects.filter(capsule__pair__course=course, published__isnull=False).values("capsule")
    return Marking.objects.filter(capsule__pair__course=course).exclude(capsule__in=told)


def _newest(course: Course) -> int:
    return course.rubric_versions.aggregate(newest=Max("number"))["newest"] or 0


def _parsed(text: str) -> Rubric:
    try:
        return parse_rubric(text, FILE)
    except CardError as complaint:
        raise refusals.rubric_is_wrong(str(complaint)) from complaint


def key_of(cell: Mapping[str, Any]) -> str:
    """A cell's key, of its document."""
    return ".".join(str(cell[axis]) for axis in ("theme", "analysis", "scope") if cell.get(axis))
