"""A person's decision about a hand-in: accepted or returned, with a word. An earlier one leaves its trace."""

from typing import Final

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from accounts.words import typed
from courses import audit
from courses.access import require_instructor
from quests import hand_in_refusals as refusals
from quests.hand_ins import judge, tell
from quests.models import HandIn, HandInReview

ACCEPTED: Final = HandIn.Status.ACCEPTED
RETURNED: Final = HandIn.Status.RETURNED
VERDICTS: Final = (ACCEPTED, RETURNED)
#: What a person may decide about: what waits for one, and, opened again, what was decided.
DECIDABLE: Final = (HandIn.Status.WAITING, *VERDICTS)
LONGEST_REMARK: Final = 4000


def review(*, instructor: User, hand_in: HandIn, verdict: str, remark: str = "", reopen: bool = False) -> HandIn:
    """Accept or return a hand-in; the attempt that it is follows. ``reopen`` decides again what was decided.

    Raises Http404 for anybody but an instructor of the pair's course, and Refusal, with nothing written, where there
    is nothing to decide, somebody was quicker, or a hand-in would be returned without a word.
    """
    require_instructor(instructor)
    if not hand_in.variant.pair.course.instructors.filter(pk=instructor.pk).exists():
        raise Http404("no such hand-in")
    remark = typed(remark, LONGEST_REMARK)
    if verdict not in VERDICTS:
        raise ValueError(f"not a verdict: {verdict!r}")
    if verdict == RETURNED and not remark:
        raise refusals.say_why()
    with transaction.atomic():
        rows = HandIn.objects.select_related("variant__pair__course", "author", "attempt__variant__pair")
        row = rows.get(pk=hand_in.pk)
        if row.status not in DECIDABLE:
            raise refusals.not_decidable()
        if row.status != HandIn.Status.WAITING and not reopen:
            raise refusals.decided_meanwhile()
        row.attempt = judge(row, is_right=verdict == ACCEPTED)
        before = {"state": row.status} if row.status != HandIn.Status.WAITING else None
        row.status, row.remark = HandIn.Status(verdict), remark
        row.reviewed_by, row.reviewed_at = instructor, timezone.now()
        row.save(update_fields=["attempt", "status", "remark", "reviewed_by", "reviewed_at"])
        HandInReview.objects.create(hand_in=row, verdict=verdict, remark=remark, reviewed_by=instructor)
        audit.record(
            course=row.variant.pair.course,
            actor=instructor,
            action="hand-in-decided",
            subject=f"hand-in:{row.pk}",
            pair=row.variant.pair,
            before=before,
            after={"quest": row.variant.quest, "state": row.status},
            reason=remark,
        )
        if verdict == RETURNED:
            tell(row, "returned", by=instructor)
    return row
