"""What somebody has to mark, in the order in which it is walked, and how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from capsules.models import Capsule
from courses.models import Course
from marking.models import Assignment, Mark, Marking


@dataclass(frozen=True)
class Item:
    """One capsule of the pile. ``filled`` of ``cells`` have a level; ``role`` is empty where nobody is assigned."""

    capsule: Capsule
    role: str
    state: str
    filled: int
    cells: int
    is_published: bool

    @property
    def is_finished(self) -> bool:
        return self.is_published or self.state == Marking.State.DONE


@dataclass(frozen=True)
class Pile:
    items: Sequence[Item]

    @property
    def finished(self) -> int:
        return sum(item.is_finished for item in self.items)

    def at(self, capsule: Capsule) -> int | None:
        return next((place for place, item in enumerate(self.items) if item.capsule.pk == capsule.pk), None)

    def beside(self, capsule: Capsule, step: int) -> Capsule | None:
        """The previous or the next one; None at an end, and for a capsule that is not in the pile."""
        place = self.at(capsule)
        if place is None or not 0 <= place + step < len(self.items):
            return None
        return self.items[place + step].capsule

    def unfinished_after(self, capsule: Capsule) -> Capsule | None:
        """The next one that is not finished, from here to the end and then from the start."""
        place = self.at(capsule)
        start = 0 if place is None else place + 1
        turned = [*self.items[start:], *self.items[: max(start - 1, 0)]]
        return next((item.capsule for item in turned if not item.is_finished), None)


def pile_of(instructor: User, course: Course) -> Pile:
    """What is assigned to somebody; everything that was handed in where nothing is. Four queries."""
    capsules = Capsule.objects.filter(pair__course=course, current__isnull=False).select_related("pair__group")
    roles = dict(Assignment.objects.filter(pair__course=course, marker=instructor).values_list("pair", "role"))
    if roles:
        capsules = capsules.filter(pair__in=roles)
    markings = Marking.objects.filter(capsule__pair__course=course, marker=instructor).select_related("rubric_version")
    own = {marking.capsule_id: marking for marking in markings}
    told = set(
        Mark.objects.filter(capsule__pair__course=course, published__isnull=False).values_list("capsule", flat=True)
    )
    return Pile([_item(one, roles.get(one.pair_id, ""), own.get(one.pk), one.pk in told) for one in capsules])


def _item(capsule: Capsule, role: str, marking: Marking | None, is_published: bool) -> Item:
    if marking is None:
        return Item(capsule, role, "", 0, 0, is_published)
    cells = marking.rubric_version.document["cells"]
    filled = sum(level is not None for level in marking.levels.values())
    return Item(capsule, role, marking.state, filled, len(cells), is_published)
