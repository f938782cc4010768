"""Telling marks: all that are ready at one moment, or one that was changed after it had been told."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import mail
from accounts.models import User
from capsules.models import Capsule
from courses import audit
from courses.access import require_teacher_of
from courses.models import Course, Pair
from marking import letters, refusals
from marking.computing import final_mark
from marking.models import Mark, Publication
from marking.moderation import locked


@dataclass(frozen=True)
class Preview:
    """What publishing would tell. ``fingerprint`` changes whenever that does; ``lacking`` are capsules without a mark
    that is ready, ``absent`` the pairs that handed nothing in."""

    ready: tuple[Mark, ...]
    lacking: tuple[Capsule, ...]
    absent: tuple[Pair, ...]
    told: int
    people: int
    reachable: int
    fingerprint: str


def preview(course: Course) -> Preview:
    """Read without a query per mark."""
    ready = tuple(
        Mark.objects.filter(capsule__pair__course=course, state=Mark.State.MODERATED, published__isnull=True)
        .select_related("capsule__pair__group", "rubric_version")
        .prefetch_related("adjustments", "capsule__pair__members")
    )
    told = Mark.objects.filter(capsule__pair__course=course, published__isnull=False)
    capsules = Capsule.objects.filter(pair__course=course, current__isnull=False).select_related("pair__group")
    pairs = course.pairs.select_related("group").filter(members__isnull=False).distinct()
    people = {person for mark in ready for person in mark.capsule.pair.members.all()}
    return Preview(
        ready=ready,
        lacking=tuple(capsules.exclude(pk__in=told.values("capsule")).exclude(mark__in=ready)),
        absent=tuple(pairs.exclude(capsule__current__isnull=False)),
        told=told.count(),
        people=len(people),
        reachable=sum(bool(person.email) for person in people),
        fingerprint=_fingerprint(ready),
    )


def publish(*, instructor: User, course: Course, fingerprint: str, without_some: bool = False) -> Publication:
    """Tell every mark that is ready, all of them or none, and write to the pairs once that is certain.

    Raises Refusal where the list is not the one that was read, nothing is ready, or capsules lack a mark and
    ``without_some`` does not allow for it. There is no way back: one mark can be opened again.
    """
    require_teacher_of(instructor, course)
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        found = preview(course)
        if found.fingerprint != fingerprint:
            raise refusals.list_has_changed()
        if not found.ready:
            raise refusals.nothing_to_publish()
        if found.lacking and not without_some:
            raise refusals.some_lack_a_mark(len(found.lacking))
        now = timezone.now()
        publication = Publication.objects.create(course=course, published_at=now, by=instructor, marks=len(found.ready))
        for mark in found.ready:
            _tell(mark, now, instructor, "mark-published", before=None)
        _write_to(found.ready, letters.published(course))
    return publication


def publish_change(*, instructor: User, mark: Mark, revision: int) -> Mark:
    """Tell a mark that was opened again, changed or not. Raises Refusal."""
    with transaction.atomic():
        row = locked(instructor, mark)
        if row.state != Mark.State.REOPENED:
            raise refusals.is_not_reopened()
        if row.revision != revision:
            raise refusals.somebody_was_quicker()
        if final_mark(row.computed, row.override) is None:
            raise refusals.nothing_to_publish()
        before = row.published
        _tell(row, timezone.now(), instructor, "mark-changed", before=_told(before))
        _write_to([row], letters.changed(row.capsule.pair.course))
    return row


def snapshot(mark: Mark) -> dict[str, Any]:
    """All that a pair reads of its mark, as it stands at the moment of telling."""
    return {
        "mark": str(final_mark(mark.computed, mark.override)),
        "computed": None if mark.computed is None else str(mark.computed),
        "override_reason": mark.override_reason if mark.override is not None else "",
        "cells": {key: {"level": cell["level"], "note": cell["note"]} for key, cell in mark.cells.items()},
        "comment": mark.comment,
        "rubric": mark.rubric_version_id,
        "adjustments": {
            str(one.person_id): {"delta": str(one.delta), "reason": one.reason} for one in mark.adjustments.all()
        },
    }


def _tell(mark: Mark, now: Any, instructor: User, action: str, *, before: Any) -> None:
    mark.published, mark.published_at = snapshot(mark), now
    mark.state = Mark.State.PUBLISHED
    mark.revision += 1
    mark.save()
    audit.record(
        course=mark.capsule.pair.course,
        actor=instructor,
        action=action,
        subject=mark.subject,
        pair=mark.capsule.pair,
        before=before,
        after=_told(mark.published),
    )


def _told(published: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the trace keeps of what a pair was told."""
    if published is None:
        return None
    return {
        "mark": published["mark"],
        "levels": {key: cell["level"] for key, cell in published["cells"].items()},
        "adjustments": {person: one["delta"] for person, one in published["adjustments"].items()},
    }


def _write_to(marks: Iterable[Mark], letter: letters.Letter) -> None:
    people = User.objects.filter(pairs__capsule__mark__in=[mark.pk for mark in marks]).distinct()
    mail.send(people, subject=letter.subject, body=letter.body)


def _fingerprint(marks: Iterable[Mark]) -> str:
    said = ",".join(f"{mark.pk}:{mark.revision}" for mark in sorted(marks, key=lambda one: one.pk))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
