"""The trace of every change to a mark, a deadline or somebody's files: written with the change, never altered."""

from typing import Any

from accounts.models import User
from accounts.words import typed
from courses.models import AuditEntry, Course, Pair

LONGEST_REASON = 400


def record(
    *,
    course: Course,
    actor: User | None,
    action: str,
    subject: str,
    pair: Pair | None = None,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> AuditEntry:
    """Write one entry, inside the transaction of the change itself; ``actor`` is None for what the clock does.

    ``before`` and ``after`` are plain JSON: the values that changed, no more.
    """
    return AuditEntry.objects.create(
        course=course,
        actor=actor,
        actor_name=actor.username if actor else "",
        pair=pair,
        action=action,
        subject=subject,
        before=before,
        after=after,
        reason=typed(reason, LONGEST_REASON),
    )
