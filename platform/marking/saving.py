"""One marker's judgement: saved as it is typed, done when it is whole, opened again before anything is published."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.words import storable
from capsules.models import Capsule
from challenges.rubric import BEST
from courses import audit
from courses.access import require_teacher_of
from marking import refusals
from marking.access import require_no_conflict
from marking.computing import compute
from marking.marks import follow, follow_for
from marking.models import Mark, Marking
from marking.versions import saved_version

LONGEST_NOTE: Final = 4000
LONGEST_COMMENT: Final = 8000
#: What the trace says of markings and marks that followed a new version.
RUBRIC_CHANGED: Final = "the rubric changed"


class Stale(Exception):
    """What was read is not what stands there any more. ``marking`` is what does; nothing was written."""

    def __init__(self, marking: Marking) -> None:
        super().__init__("another save came first")
        self.marking = marking


def save(*, instructor: User, capsule: Capsule, revision: int, changes: Mapping[str, Any]) -> Marking:
    """Write the cells and the comment that changed: ``{"cells": {key: {"level", "note"}}, "comment": text}``.

    The first save begins the marking, with the rubric of that moment. ``revision`` is the one that was read, 0 before
    the first. Raises Stale where another save came first, Refusal where it is done, published or not to be read.
    """
    require_teacher_of(instructor, capsule.pair.course)
    require_no_conflict(instructor, capsule)
    with transaction.atomic():
        marking = _own(instructor, capsule)
        if marking.revision != revision:
            raise Stale(marking)
        if marking.state == Marking.State.DONE:
            raise refusals.is_done()
        _write(marking, changes)
        marking.revision += 1
        marking.version_id = capsule.current_id
        marking.save()
    return marking


def finish(*, instructor: User, marking: Marking, revision: int) -> Marking:
    """Say that it is done; the mark follows, or waits for the other marker. Raises Refusal while a cell is empty."""
    with transaction.atomic():
        row = _locked(instructor, marking)
        require_no_conflict(instructor, row.capsule)
        if row.revision != revision:
            raise Stale(row)
        if row.state == Marking.State.DONE:
            raise refusals.is_done()
        if empty := empty_cells(row):
            raise refusals.cells_are_empty(len(empty))
        row.state, row.done_at = Marking.State.DONE, timezone.now()
        row.revision += 1
        row.save()
        _record(row, "marking-done", instructor)
        follow(row.capsule)
    return row


def reopen(*, instructor: User, marking: Marking) -> Marking:
    """Take one's judgement up again, as long as no mark was told. Raises Refusal."""
    with transaction.atomic():
        row = _locked(instructor, marking)
        if row.state != Marking.State.DONE:
            raise refusals.is_not_done()
        if Mark.objects.filter(capsule=row.capsule, published__isnull=False).exists():
            raise refusals.is_published()
        row.state, row.done_at = Marking.State.DRAFT, None
        row.revision += 1
        row.save()
        _record(row, "marking-reopened", instructor)
        follow(row.capsule)
    return row


def settle(marking: Marking, *, instructor: User) -> None:
    """After its rubric changed: one that is done and not whole any more is opened again, and its mark follows."""
    if marking.state == Marking.State.DONE and empty_cells(marking):
        marking.state, marking.done_at = Marking.State.DRAFT, None
        marking.save(update_fields=["state", "done_at"])
        _record(marking, "marking-reopened", instructor, reason=RUBRIC_CHANGED)
    follow_for(marking.capsule, instructor=instructor, reason=RUBRIC_CHANGED)


def empty_cells(marking: Marking) -> list[str]:
    """Keys of the cells that count and have no level."""
    return [
        cell.key for cell in marking.rubric_version.rubric.cells if cell.weight and marking.levels.get(cell.key) is None
    ]


def _own(instructor: User, capsule: Capsule) -> Marking:
    row = Marking.objects.select_for_update().filter(capsule=capsule, marker=instructor).first()
    if row is not None:
        return row
    if Mark.objects.filter(capsule=capsule, published__isnull=False).exists():
        raise refusals.is_published()
    made, _ = Marking.objects.get_or_create(
        capsule=capsule, marker=instructor, defaults={"rubric_version": saved_version(capsule.pair.course)}
    )
    return made


def _locked(instructor: User, marking: Marking) -> Marking:
    require_teacher_of(instructor, marking.capsule.pair.course)
    rows = Marking.objects.select_for_update().select_related("capsule__pair__course", "rubric_version")
    return rows.get(pk=marking.pk, marker=instructor)


def _write(marking: Marking, changes: Mapping[str, Any]) -> None:
    cells = changes.get("cells", {})
    if not isinstance(cells, Mapping):
        raise refusals.not_understood()
    known = {*marking.rubric_version.rubric.keys, *marking.cells}
    for key, said in cells.items():
        if key not in known or not isinstance(said, Mapping):
            raise refusals.not_understood()
        marking.cells[key] = _cell(said, marking.cells.get(key, {}))
    if "comment" in changes:
        marking.comment = _text(changes["comment"], LONGEST_COMMENT)


def _cell(said: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What is not said stays as it was."""
    level = said.get("level", before.get("level"))
    if level is not None and (isinstance(level, bool) or not isinstance(level, int) or not 0 <= level <= BEST):
        raise refusals.not_understood()
    return {"level": level, "note": _text(said.get("note", before.get("note", "")), LONGEST_NOTE)}


def _text(said: Any, longest: int) -> str:
    if not isinstance(said, str):
        raise refusals.not_understood()
    return storable(said)[:longest]  # its blanks stay: it is saved while somebody types


def _record(marking: Marking, action: str, instructor: User, reason: str = "") -> None:
    computed = compute(marking.rubric_version.rubric, marking.levels)
    audit.record(
        course=marking.capsule.pair.course,
        actor=instructor,
        action=action,
        subject=f"marking:{marking.pk}",
        pair=marking.capsule.pair,
        after={
            "mark": None if computed.mark is None else str(computed.mark),
            "levels": marking.levels,
            "rubric": marking.rubric_version.number,
        },
        reason=reason,
    )
