"""Where the marking of a course stands: capsule by capsule, marker by marker. A fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.models import User
from capsules.models import Capsule
from challenges.rubric import Rubric
from courses.models import Course
from marking.access import rules_of
from marking.agreement import Agreement, Compared, agreement, compare
from marking.computing import final_mark
from marking.marks import ORDER
from marking.models import Appeal, Assignment, Mark, Marking


@dataclass(frozen=True)
class Side:
    """One marker of a capsule: who, in which role, how far."""

    person: User
    role: str
    state: str
    filled: int
    cells: int


@dataclass(frozen=True)
class Row:
    """One capsule. What is kept from the reader (``is_hidden``) is empty: neither mark nor difference."""

    capsule: Capsule
    sides: Sequence[Side]
    mark: Mark | None
    is_hidden: bool
    apart: int
    has_appeal: bool
    compared: Sequence[Compared] = field(repr=False, default=())

    @property
    def final(self) -> Decimal | None:
        return final_mark(self.mark.computed, self.mark.override) if self.mark else None

    @property
    def state(self) -> str:
        """``unassigned``, ``waiting``, ``marking``, ``moderating``, ``ready``, ``published`` or ``reopened``."""
        if self.mark is not None and self.mark.published is not None:
            return "reopened" if self.mark.state == Mark.State.REOPENED else "published"
        if self.mark is not None and self.mark.state == Mark.State.MODERATED:
            return "ready"
        if self.mark is not None and self.sides and all(side.state == Marking.State.DONE for side in self.sides):
            return "moderating"
        if any(side.state for side in self.sides):
            return "marking"
        return "waiting" if self.sides else "unassigned"


@dataclass(frozen=True)
class Workload:
    """One marker: how many capsules are theirs, how many of those are done."""

    person: User
    given: int
    done: int


def rows_of(course: Course, reader: User) -> list[Row]:
    """Every capsule that was handed in, in six queries."""
    capsules = list(
        Capsule.objects.filter(pair__course=course, current__isnull=False).select_related("pair__group", "current")
    )
    assigned: dict[int, list[Assignment]] = {}
    for one in Assignment.objects.filter(pair__course=course).select_related("marker"):
        assigned.setdefault(one.pair_id, []).append(one)
    written: dict[int, dict[int, Marking]] = {}
    markings = Marking.objects.filter(capsule__pair__course=course).select_related("marker", "rubric_version")
    for marking in markings:
        written.setdefault(marking.capsule_id, {})[marking.marker_id] = marking
    marks = {mark.capsule_id: mark for mark in Mark.objects.filter(capsule__pair__course=course)}
    asked = set(
        Appeal.objects.filter(mark__capsule__pair__course=course, state=Appeal.State.OPEN).values_list(
            "mark__capsule", flat=True
        )
    )
    reading = _Reading(reader, rules_of(course).difference_from)
    return [
        reading.row(one, assigned.get(one.pair_id, []), written.get(one.pk, {}), marks.get(one.pk), one.pk in asked)
        for one in capsules
    ]


def workloads(rows: Iterable[Row]) -> list[Workload]:
    """By marker, the busiest first."""
    given: dict[int, list[Side]] = {}
    for row in rows:
        for side in row.sides:
            given.setdefault(side.person.pk, []).append(side)
    found = [
        Workload(sides[0].person, len(sides), sum(side.state == Marking.State.DONE for side in sides))
        for sides in given.values()
    ]
    return sorted(found, key=lambda one: (-one.given, one.person.username))


def agreement_of(rows: Iterable[Row]) -> Agreement:
    """Over every capsule that two markers have done and the reader may see."""
    return agreement([one for row in rows for one in row.compared])


@dataclass
class _Reading:
    """What is the same for every row: who reads, from which difference on, and the rubrics met so far."""

    reader: User
    least: int
    rubrics: dict[int, Rubric] = field(default_factory=dict)

    def row(
        self,
        capsule: Capsule,
        assigned: Sequence[Assignment],
        written: Mapping[int, Marking],
        mark: Mark | None,
        has_appeal: bool,
    ) -> Row:
        roles = {one.marker_id: one.role for one in assigned}
        people = {one.marker_id: one.marker for one in assigned} | {key: one.marker for key, one in written.items()}
        sides = [self._side(person, roles.get(pk, ""), written.get(pk)) for pk, person in people.items()]
        is_hidden = self._is_hidden(roles, written, mark)
        compared = () if is_hidden else self._compared(roles, written)
        apart = sum(one.differs(self.least) for one in compared)
        return Row(capsule, sides, mark, is_hidden, apart, has_appeal, compared)

    def _side(self, person: User, role: str, marking: Marking | None) -> Side:
        if marking is None:
            return Side(person, role, "", 0, 0)
        filled = sum(level is not None for level in marking.levels.values())
        return Side(person, role, marking.state, filled, len(marking.rubric_version.document["cells"]))

    def _is_hidden(self, roles: Mapping[int, str], written: Mapping[int, Marking], mark: Mark | None) -> bool:
        """As ``access.is_blind``, without asking again."""
        if mark is not None and mark.published is not None:
            return False
        own = written.get(self.reader.pk)
        return own.state != Marking.State.DONE if own else self.reader.pk in roles

    def _compared(self, roles: Mapping[int, str], written: Mapping[int, Marking]) -> Sequence[Compared]:
        done = [one for one in written.values() if one.state == Marking.State.DONE]
        if len(done) < 2:
            return ()
        first, second = sorted(done, key=lambda one: (ORDER.get(roles.get(one.marker_id, ""), 2), one.done_at))[:2]
        version = first.rubric_version
        rubric = self.rubrics.setdefault(version.pk, version.rubric)
        return compare(rubric, first.cells, second.cells)
