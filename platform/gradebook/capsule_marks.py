"""The capsules' marks as the gradebook counts them: those that were told, and those that only markers know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from courses.models import Course
from marking.computing import final_mark
from marking.models import Mark
from marking.queries import final_marks


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
    """By pair; three queries, however many there are."""
    told = {pair: CapsuleMark(one.mark, True, one.adjustments) for pair, one in final_marks(course).items()}
    newest = _newest(course)
    return {pair: Known(told.get(pair), newest.get(pair, told.get(pair))) for pair in {*told, *newest}}


def _newest(course: Course) -> dict[int, CapsuleMark]:
    """What stands on the markers' desk: not yet told, told, or opened again since."""
    marks = Mark.objects.filter(capsule__pair__course=course).select_related("capsule").prefetch_related("adjustments")
    found = {}
    for mark in marks:
        whole = final_mark(mark.computed, mark.override)
        if whole is not None:
            adjustments = {one.person_id: one.delta for one in mark.adjustments.all()}
            found[mark.capsule.pair_id] = CapsuleMark(whole, mark.state == Mark.State.PUBLISHED, adjustments)
    return found
