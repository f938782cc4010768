"""What of marks, comments, results and sign-ins a person may be told: what their own pages show, no more."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from accounts.models import User
from capsules.models import Comment
from capsules.publication import is_published
from gradebook import queries as gradebook
from gradebook.rows import row_of
from marking.models import Mark
from privacy.sign_ins import sign_ins
from submissions.models import Submission
from submissions.queries import statuses_of

Rows = list[dict[str, Any]]


def told_to(person: User) -> Iterator[tuple[str, Rows]]:
    """Name of the table → its rows."""
    yield "capsules.Comment", comments(person)
    yield "marking.Mark", marks(person)
    yield "submissions.Submission", submissions(person)
    yield "gradebook", final_marks(person)
    yield "sign-ins", sign_ins(person)


def comments(person: User) -> Rows:
    """Mine, and those about my capsules once they may be read; nobody is named but myself."""
    told = [pair.pk for pair in person.pairs.all() if is_published(pair)]
    mine = Q(author=person)
    about_mine = Q(version__capsule__pair__members=person) & (
        Q(by_instructor=False) | Q(version__capsule__pair__in=told)
    )
    rows = Comment.objects.filter(mine | about_mine, is_removed=False).distinct().order_by("pk")
    return [
        {
            "id": row.pk,
            "version": row.version_id,
            "author": "me" if row.author_id == person.pk else "an instructor" if row.by_instructor else "somebody else",
            "at_seconds": row.at_seconds,
            "text": row.text,
            "drawing": row.drawing,
            "created_at": row.created_at,
        }
        for row in rows
    ]


def marks(person: User) -> Rows:
    """As they were told; of the members' own adjustments, mine alone."""
    rows = Mark.objects.filter(capsule__pair__members=person, published__isnull=False).order_by("pk")
    return [
        {"capsule": row.capsule_id, "published_at": row.published_at} | _without_others(row.published or {}, person)
        for row in rows
    ]


def _without_others(published: dict[str, Any], person: User) -> dict[str, Any]:
    mine = (published.get("adjustments") or {}).get(str(person.pk))
    return {**published, "adjustments": {"me": mine} if mine else {}}


def submissions(person: User) -> Rows:
    """As the pair reads them: without the private part, and without what the Ladder holds back."""
    rows = Submission.objects.filter(pair__members=person).select_related("task", "pair", "checkpoint", "job")
    return [{**status, "pair": None} for status in statuses_of(rows.order_by("pk"))]


def final_marks(person: User) -> Rows:
    """My row of the gradebook, of each course that shows it."""
    told = []
    for pair in person.pairs.select_related("course", "group"):
        if gradebook.gradebook_of(pair.course).published_at:
            row = row_of(pair, person, gradebook.rules_of(pair.course))
            parts = {part.name: part.value for part in row.told.parts}
            told.append({"course": pair.course.title, **parts, "bonus": row.told.bonus, "final": row.told.final})
    return told
