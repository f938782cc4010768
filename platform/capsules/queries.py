"""What lists of capsules ask, each in a number of queries that does not grow with the class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count

from accounts.models import User
from capsules.access import rules_of, shown_to_peers
from capsules.blinding import hidden_authors, hidden_authors_by_pair
from capsules.columns import Column, columns
from capsules.deadlines import Deadline
from capsules.handing_in import deadline_from
from capsules.models import Appreciation, Capsule, CapsuleRules, CapsuleVersion, Comment, Extension
from capsules.showing import length_of, state_of
from courses.models import Course, Pair

#: What the list can be narrowed to, beside the states.
LATE: Final = "late"


@dataclass(frozen=True)
class Row:
    """One pair of the instructors' list. ``cells`` are what other apps say of it, column by column."""

    pair: Pair
    version: CapsuleVersion | None
    state: str
    length: str
    deadline: Deadline
    extension: Extension | None
    comments: int
    cells: Sequence[tuple[Column, Any]]

    @property
    def is_late(self) -> bool:
        return bool(self.version and self.version.is_late)


def rows_of(course: Course, person: User, *, rules: CapsuleRules | None = None) -> list[Row]:
    """Every pair of the course with what it handed in; in six queries, and those of the columns and of the markers."""
    rules = rules or rules_of(course)
    pairs = course.pairs.select_related(
        "group", "capsule__current__job", "capsule__current__poster", "capsule_extension"
    ).prefetch_related("members")
    known = [(column, column.cells(course, person)) for column in columns()]
    comments = _comments_of(course, person)
    return [_row(pair, rules, comments, known) for pair in pairs]


def _row(
    pair: Pair,
    rules: CapsuleRules,
    comments: Mapping[int, int],
    known: Sequence[tuple[Column, Mapping[int, Any]]],
) -> Row:
    capsule = getattr(pair, "capsule", None)
    version = capsule.current if capsule else None
    extension = getattr(pair, "capsule_extension", None)
    if version is not None:
        version.capsule = capsule
    return Row(
        pair=pair,
        version=version,
        state=state_of(version),
        length=length_of(version, rules),
        deadline=deadline_from(rules, extension.due_at if extension else None),
        extension=extension,
        comments=comments.get(version.pk, 0) if version else 0,
        cells=[(column, cells.get(pair.pk)) for column, cells in known],
    )


def _comments_of(course: Course, person: User) -> dict[int, int]:
    """Version → how many comments this person may read there: their number alone would say that a colleague is busy."""
    hidden = hidden_authors_by_pair(course, person)
    rows = Comment.objects.filter(version__capsule__pair__course=course, is_removed=False)
    counts: dict[int, int] = {}
    by_author = rows.order_by().values_list("version__capsule__pair", "version", "author").annotate(Count("pk"))
    for pair, version, author, said in by_author:
        if author not in hidden.get(pair, ()):
            counts[version] = counts.get(version, 0) + said
    return counts


def narrowed(rows: Sequence[Row], *, group: str, state: str, chosen: Mapping[str, str]) -> list[Row]:
    """Those of a group, in a state (``late`` is one), and with these values in other apps' columns."""
    kept = [row for row in rows if not group or row.pair.group.name == group]
    if state == LATE:
        kept = [row for row in kept if row.is_late]
    elif state:
        kept = [row for row in kept if row.state == state]
    return [
        row
        for row in kept
        if all(column.has(cell, value) for column, cell in row.cells if (value := chosen.get(column.slug)))
    ]


def peers_films(person: User) -> list[CapsuleVersion]:
    """What other pairs show to this person."""
    rows = CapsuleVersion.objects.filter(pk__in=shown_to_peers(person)).select_related(
        "capsule__pair__group", "capsule__pair__object_class", "poster"
    )
    return list(rows.order_by("capsule__pair__group__name", "capsule__pair__name"))


def films_appreciated_by(person: User) -> set[int]:
    """Keys of the versions of which this person has said something kind."""
    return set(Appreciation.objects.filter(viewer=person).values_list("version", flat=True))


def earlier_comments(capsule: Capsule, person: User) -> list[Comment]:
    """What this person may read of what was said of the versions that do not count any more."""
    rows = Comment.objects.filter(version__capsule=capsule, is_removed=False).exclude(version=capsule.current_id or 0)
    if capsule.current is not None:
        rows = rows.exclude(author__in=hidden_authors(capsule.current, person))
    return list(rows.select_related("author", "version").order_by("version__number", "at_seconds", "pk"))
