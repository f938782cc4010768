"""What an instructor decides about the hand-in: the course's rules, and more time for one pair. Audited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from capsules import refusals
from capsules.access import rules_of
from capsules.models import CapsuleRules, Extension
from courses import audit
from courses.access import require_teacher_of
from courses.models import Course, Pair

#: What an instructor sets.
FIELDS: Final = (
    "opens_at", "due_at", "counts_from", "grace_minutes", "accepts_late", "accepts_links", "limit_bytes",
    "shortest_seconds", "ideal_low_seconds", "ideal_high_seconds", "longest_seconds", "peers_may_watch",
    "instructions",
)  # fmt: skip


def set_rules(*, course: Course, instructor: User, values: Mapping[str, Any]) -> CapsuleRules:
    """Change what is named in ``values``; what was handed in before keeps the judgement of its day."""
    require_teacher_of(instructor, course)
    with transaction.atomic():
        rules = CapsuleRules.objects.select_for_update().filter(course=course).first() or CapsuleRules(course=course)
        changed = {name: value for name, value in values.items() if name in FIELDS and getattr(rules, name) != value}
        if not changed:
            return rules
        before = {name: _plain(getattr(rules, name)) for name in changed}
        for name, value in changed.items():
            setattr(rules, name, value)
        rules.save()
        audit.record(
            course=course,
            actor=instructor,
            action="capsule-rules-changed",
            subject=f"capsule-rules:{rules.pk}",
            before=before,
            after={name: _plain(value) for name, value in changed.items()},
        )
    return rules


def extend_deadline(*, pair: Pair, instructor: User, due_at: datetime, reason: str) -> Extension:
    """Give one pair until ``due_at``, or another moment than before. Raises Refusal."""
    require_teacher_of(instructor, pair.course)
    reason = " ".join(reason.split())
    deadline = rules_of(pair.course).due_at
    if deadline is None:
        raise refusals.nothing_due()
    if due_at <= deadline or not 0 < len(reason) <= audit.LONGEST_REASON:
        raise refusals.no_extension()
    with transaction.atomic():
        before = Extension.objects.select_for_update().filter(pair=pair).first()
        was = _plain(before.due_at) if before else None
        values = {"due_at": due_at, "reason": reason, "granted_by": instructor}
        extension, _ = Extension.objects.update_or_create(pair=pair, defaults=values)
        _trace(pair, instructor, "deadline-extended", before=was, after=_plain(due_at), reason=reason)
    return extension


def withdraw_extension(*, pair: Pair, instructor: User) -> None:
    """Hold the pair to the course's deadline again; what it handed in meanwhile keeps its judgement."""
    require_teacher_of(instructor, pair.course)
    with transaction.atomic():
        extension = Extension.objects.select_for_update().filter(pair=pair).first()
        if extension is None:
            return
        extension.delete()
        _trace(pair, instructor, "extension-withdrawn", before=_plain(extension.due_at), reason=extension.reason)


def _trace(pair: Pair, actor: User, action: str, **said: Any) -> None:
    audit.record(course=pair.course, actor=actor, action=action, subject=f"extension:{pair.pk}", pair=pair, **said)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
