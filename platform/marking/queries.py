"""What others read of marks: those that were told, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from courses.models import Course, Pair
from marking.computing import personal_mark
from marking.models import Mark


@dataclass(frozen=True, slots=True)
class PublishedMark:
    """A pair's mark on 20 as it was told, and what each member's is above or below it."""

    mark: Decimal
    adjustments: Mapping[int, Decimal]
    published_at: datetime

    def of(self, person: int) -> Decimal:
        """One member's mark, between 0 and 20."""
        return personal_mark(self.mark, self.adjustments.get(person, Decimal(0)))


def final_marks(course: Course) -> dict[int, PublishedMark]:
    """Pair → its mark, for the pairs whose mark was told; what is being changed since is not in it. One query."""
    rows = Mark.objects.filter(capsule__pair__course=course, published__isnull=False)
    found = {}
    for pair, published, at in rows.values_list("capsule__pair", "published", "published_at"):
        if published is None or at is None:
            continue
        adjustments = {int(person): Decimal(one["delta"]) for person, one in published["adjustments"].items()}
        found[pair] = PublishedMark(Decimal(published["mark"]), adjustments, at)
    return found


def marks_published(pair: Pair) -> bool:
    """Whether this pair was told its mark: it may then read what was said of its capsule."""
    return Mark.objects.filter(capsule__pair=pair, published__isnull=False).exists()
