"""A person's decisions about one mark: what two markers agree on, an override, one member's part, opening it again.

Each stays in the course's audit trace with what stood there before.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.words import typed
from challenges.rubric import BEST
from courses import audit
from courses.access import require_teacher_of
from marking import refusals
from marking.access import is_blind, require_no_conflict, rules_of
from marking.agreement import chosen_level
from marking.computing import HIGHEST, LOWEST, quantized
from marking.marks import counting, settle_state, summary
from marking.models import Adjustment, Mark

SOURCES: Final = ("first", "second", "mean", "typed")
#: Leaves the level as it is, and changes the note alone.
KEEP: Final = "keep"
LONGEST_REASON: Final = 400
LONGEST_NOTE: Final = 4000
LONGEST_COMMENT: Final = 8000


def agree(
    *, instructor: User, mark: Mark, revision: int, choices: Mapping[str, Mapping[str, Any]], comment: str | None = None
) -> Mark:
    """Settle cells: ``{key: {"source": first | second | mean | typed, "level", "reason", "note"}}``.

    A level that is typed says why. Raises Refusal where the mark is told, somebody was quicker, a level is none, or a
    marker has taken their judgement up again.
    """
    with transaction.atomic():
        row = _changeable(instructor, mark, revision)
        if row.published is None and not counting(row.capsule):
            raise refusals.is_being_marked()
        before = summary(row)
        for key, choice in choices.items():
            row.cells[key] = _settled(row, key, choice)
        if comment is not None:
            row.comment = typed(comment, LONGEST_COMMENT)
        settle_state(row)
        return _save(row, instructor, "mark-moderated", before)


def override(*, instructor: User, mark: Mark, revision: int, value: Decimal | None, reason: str = "") -> Mark:
    """Give another mark than the rubric's, for a reason that the pair reads; None takes the rubric's again."""
    reason = typed(reason, LONGEST_REASON)
    if value is not None and not LOWEST <= value <= HIGHEST:
        raise refusals.not_a_mark()
    if value is not None and not reason:
        raise refusals.say_why()
    with transaction.atomic():
        row = _changeable(instructor, mark, revision)
        before = summary(row)
        row.override = None if value is None else quantized(value)
        row.override_reason = reason if value is not None else ""
        return _save(row, instructor, "mark-overridden", before, reason)


def adjust(*, instructor: User, mark: Mark, revision: int, person: User, delta: Decimal, reason: str = "") -> Mark:
    """Set one member's mark above or below the pair's, for a reason that this member reads; 0 takes it back."""
    reason = typed(reason, LONGEST_REASON)
    bound = rules_of(mark.capsule.pair.course).adjustment_bound
    if abs(delta) > bound:
        raise refusals.adjusted_too_far(bound)
    if delta and not reason:
        raise refusals.say_why()
    with transaction.atomic():
        row = _changeable(instructor, mark, revision)
        if not row.capsule.pair.members.filter(pk=person.pk).exists():
            raise refusals.not_a_member()
        before = summary(row)
        if delta:
            Adjustment.objects.update_or_create(
                mark=row, person=person, defaults={"delta": quantized(delta), "reason": reason}
            )
        else:
            Adjustment.objects.filter(mark=row, person=person).delete()
        return _save(row, instructor, "mark-adjusted", before, reason)


def reopen(*, instructor: User, mark: Mark, reason: str) -> Mark:
    """Take up a mark that was told, for a reason. The pair keeps reading it until the change is published."""
    reason = typed(reason, LONGEST_REASON)
    if not reason:
        raise refusals.say_why()
    with transaction.atomic():
        row = locked(instructor, mark)
        require_no_conflict(instructor, row.capsule)
        if row.state != Mark.State.PUBLISHED:
            raise refusals.is_not_published()
        before = summary(row)
        row.state = Mark.State.REOPENED
        return _save(row, instructor, "mark-reopened", before, reason)


def locked(instructor: User, mark: Mark) -> Mark:
    """The mark's row, held until the transaction ends. Http404 for anybody but an instructor of its course."""
    require_teacher_of(instructor, mark.capsule.pair.course)
    rows = Mark.objects.select_for_update(of=("self",)).select_related("capsule__pair__course", "rubric_version")
    return rows.get(pk=mark.pk)


def _changeable(instructor: User, mark: Mark, revision: int) -> Mark:
    row = locked(instructor, mark)
    require_no_conflict(instructor, row.capsule)
    if is_blind(instructor, row.capsule):
        raise refusals.finish_yours_first()
    if row.state == Mark.State.PUBLISHED:
        raise refusals.is_published()
    if row.revision != revision:
        raise refusals.somebody_was_quicker()
    return row


def _settled(mark: Mark, key: str, choice: Mapping[str, Any]) -> dict[str, Any]:
    if key not in mark.rubric_version.rubric.keys:
        raise refusals.not_understood()
    before = {"level": None, "note": "", "reason": "", "first": None, "second": None} | mark.cells.get(key, {})
    source, reason = choice.get("source"), typed(str(choice.get("reason", "")), LONGEST_REASON)
    note = typed(str(choice.get("note", before["note"])), LONGEST_NOTE)
    if source == KEEP:
        return {**before, "note": note}
    if source not in SOURCES:
        raise refusals.not_understood()
    level = choice.get("level") if source == "typed" else chosen_level(before, source)
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 <= level <= BEST or level * 2 % 1:
        raise refusals.not_understood()
    if source == "typed" and not reason:
        raise refusals.say_why()
    return {**before, "level": level, "note": note, "source": source, "reason": reason}


def _save(mark: Mark, instructor: User, action: str, before: dict[str, Any], reason: str = "") -> Mark:
    mark.moderated_by, mark.moderated_at = instructor, timezone.now()
    mark.revision += 1
    mark.save()
    audit.record(
        course=mark.capsule.pair.course,
        actor=instructor,
        action=action,
        subject=mark.subject,
        pair=mark.capsule.pair,
        before=before,
        after=summary(mark),
        reason=reason,
    )
    return mark
