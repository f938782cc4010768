"""What marking adds to the instructors' list of capsules: who marks each, and how far that is."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from capsules.columns import Column
from courses.models import Course
from marking.overview import rows_of


def _cells(course: Course, person: User) -> Mapping[int, Any]:
    """Pair → its markers and state; ``values`` are what the list can be narrowed to: a marker, or the reader's own."""
    return {
        row.capsule.pair_id: {
            "capsule": row.capsule.pk,
            "state": row.state,
            "sides": row.sides,
            "values": [str(side.person.pk) for side in row.sides] or ["nobody"],
        }
        for row in rows_of(course, person)
    }


def _choices(course: Course) -> Sequence[tuple[str, str]]:
    people = course.instructors.order_by("username")
    return [*((str(person.pk), person.display_name) for person in people), ("nobody", "–")]


COLUMN = Column(slug="marker", title=_("Marked by"), template="marking/_column.html", cells=_cells, choices=_choices)
