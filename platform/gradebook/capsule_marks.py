"""The capsules' marks as the gradebook counts them: those that were told, and those that only markers know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from courses.models import Course


@dataclass(frozen=True)
class CapsuleMark:
    """A pair's mark on 20, and what each member's is above or below it."""

    mark: Decimal
    is_published: bool
    adjustments: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """``told`` is what the pair reads, ``newest`` what its instructors would tell today; either may not be there."""

    told: CapsuleMark | None = None
    newest: CapsuleMark | None = None


def capsule_marks(course: Course) -> dict[int, Known]:
    """By pair; a fixed number of queries."""
    return {}
