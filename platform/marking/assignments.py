"""Who marks what, written: a plan that was looked at, one pair moved by hand, and who must not mark whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from capsules.models import Capsule
from courses import audit
from courses.access import require_teacher_of
from courses.models import Course, Pair
from marking import refusals
from marking.assigning import Plan, ToMark, Wishes, make_plan
from marking.marks import follow_for
from marking.models import Assignment, Conflict, Mark, Marking


@dataclass(frozen=True)
class Wanted:
    """What an instructor asks for. ``of_group`` maps a group to its marker; ``afresh`` moves what nobody has begun."""

    markers: tuple[int, ...]
    of_group: Mapping[int, int]
    percent: int
    seed: int
    only_handed_in: bool
    afresh: bool


def plan_for(course: Course, wanted: Wanted) -> Plan:
    """What assigning would give; nothing is written."""
    pairs = [ToMark(pair.pk, pair.group_id) for pair in pairs_to_mark(course, only_handed_in=wanted.only_handed_in)]
    kept = _kept(course, wanted.afresh)
    wishes = Wishes(
        markers=wanted.markers,
        of_group=wanted.of_group,
        conflicts=frozenset(Conflict.objects.filter(pair__course=course).values_list("pair", "marker")),
        percent=wanted.percent,
        seed=wanted.seed,
    )
    return make_plan(pairs, wishes, first=kept[Assignment.Role.FIRST], second=kept[Assignment.Role.SECOND])


def pairs_to_mark(course: Course, *, only_handed_in: bool) -> list[Pair]:
    pairs = course.pairs.filter(members__isnull=False).distinct()
    if only_handed_in:
        pairs = pairs.filter(capsule__current__isnull=False)
    return list(pairs)


def assign(*, instructor: User, course: Course, wanted: Wanted) -> Plan:
    """Write the plan that these wishes give. Whoever has begun keeps what they began."""
    require_teacher_of(instructor, course)
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=course.pk)
        plan = plan_for(course, wanted)
        before = _as_json(course)
        _write(course, plan, instructor)
        _record(course, instructor, "markers-assigned", before, _as_json(course))
    return plan


def set_marker(*, instructor: User, pair: Pair, role: str, marker: User | None) -> None:
    """Give one pair another marker, or none. Raises Refusal for who must not mark it, or has the other role."""
    require_teacher_of(instructor, pair.course)
    if role not in Assignment.Role.values:
        raise refusals.not_understood()
    if marker is not None:
        if not pair.course.instructors.filter(pk=marker.pk).exists():
            raise refusals.not_understood()
        if Conflict.objects.filter(pair=pair, marker=marker).exists():
            raise refusals.is_in_conflict()
        if Assignment.objects.filter(pair=pair, marker=marker).exclude(role=role).exists():
            raise refusals.has_the_other_role()
    with transaction.atomic():
        before = _as_json(pair.course)
        Assignment.objects.filter(pair=pair, role=role).delete()
        if marker is not None:
            Assignment.objects.create(pair=pair, role=role, marker=marker)
        _follow_all([pair.pk], instructor)
        _record(pair.course, instructor, "markers-assigned", before, _as_json(pair.course))


def set_conflicts(*, instructor: User, course: Course, conflicts: Collection[tuple[int, int]]) -> None:
    """Say anew who must not mark whom, as (pair, marker); what they had to mark and did not begin is taken back."""
    require_teacher_of(instructor, course)
    pairs = set(course.pairs.values_list("pk", flat=True))
    markers = set(course.instructors.values_list("pk", flat=True))
    wanted = {(pair, marker) for pair, marker in conflicts if pair in pairs and marker in markers}
    with transaction.atomic():
        kept = list(Conflict.objects.filter(pair__course=course).values_list("pair", "marker"))
        before, assigned = _conflicts_as_json(course), _as_json(course)
        Conflict.objects.filter(pair__course=course).delete()
        Conflict.objects.bulk_create(Conflict(pair_id=pair, marker_id=marker) for pair, marker in sorted(wanted))
        for pair, marker in wanted:
            Assignment.objects.filter(pair=pair, marker=marker).delete()
        _follow_all({pair for pair, _marker in {*kept, *wanted}}, instructor)
        _record(course, instructor, "conflicts-set", before, _conflicts_as_json(course))
        _record(course, instructor, "markers-assigned", assigned, _as_json(course))


def _kept(course: Course, afresh: bool) -> dict[str, dict[int, int]]:
    """Role → pair → marker, of the assignments that stay."""
    rows = Assignment.objects.filter(pair__course=course)
    begun = set(Marking.objects.filter(capsule__pair__course=course).values_list("capsule__pair", "marker"))
    kept: dict[str, dict[int, int]] = {role: {} for role in Assignment.Role.values}
    for pair, marker, role in rows.values_list("pair", "marker", "role"):
        if not afresh or (pair, marker) in begun:
            kept[role][pair] = marker
    return kept


def _write(course: Course, plan: Plan, instructor: User) -> None:
    Assignment.objects.filter(pair__course=course).delete()
    roles = {Assignment.Role.FIRST: plan.first, Assignment.Role.SECOND: plan.second}
    Assignment.objects.bulk_create(
        Assignment(pair_id=pair, marker_id=marker, role=role)
        for role, given in roles.items()
        for pair, marker in given.items()
    )
    _follow_all(list({*plan.first, *plan.second}), instructor)


def _follow_all(pairs: Collection[int], instructor: User) -> None:
    """Who is waited for has changed: marks that were not told follow."""
    told = Mark.objects.filter(published__isnull=False).values("capsule")
    capsules = Capsule.objects.filter(pair__in=pairs, markings__isnull=False).exclude(pk__in=told).distinct()
    for capsule in capsules:
        follow_for(capsule, instructor=instructor, reason="other markers")


def _as_json(course: Course) -> list[list[object]]:
    rows = Assignment.objects.filter(pair__course=course).order_by("pair", "role")
    return [list(row) for row in rows.values_list("pair__name", "role", "marker__username")]


def _conflicts_as_json(course: Course) -> list[list[object]]:
    rows = Conflict.objects.filter(pair__course=course).order_by("pair", "marker")
    return [list(row) for row in rows.values_list("pair__name", "marker__username")]


def _record(course: Course, instructor: User, action: str, before: object, after: object) -> None:
    """Nothing where nothing changed."""
    if before != after:
        audit.record(
            course=course, actor=instructor, action=action, subject=f"course:{course.pk}", before=before, after=after
        )
