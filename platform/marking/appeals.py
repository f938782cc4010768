"""A pair asks for its mark to be looked at again; an instructor answers. Both stay."""

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from accounts import mail
from accounts.models import User
from accounts.words import typed
from courses import audit
from marking import letters, refusals
from marking.access import access_appeal, require_no_conflict, rules_of
from marking.models import Appeal, Mark, MarkingRules
from marking.moderation import reopen

VERDICTS = (Appeal.State.ACCEPTED, Appeal.State.DECLINED)
LONGEST = 4000


def takes_appeals(rules: MarkingRules) -> bool:
    """Whether a pair may ask now."""
    return rules.takes_appeals and (rules.appeals_until is None or timezone.now() < rules.appeals_until)


def appeal(*, author: User, mark: Mark, text: str) -> Appeal:
    """Ask, once the mark was told. Raises Http404 for anybody but a member, Refusal where it is too late or asked."""
    pair = mark.capsule.pair
    if mark.published is None or not pair.members.filter(pk=author.pk).exists():
        raise Http404("no mark")
    text = typed(text, LONGEST)
    if not text:
        raise refusals.say_what()
    if not takes_appeals(rules_of(pair.course)):
        raise refusals.appeals_are_closed()
    try:
        with transaction.atomic():
            made = Appeal.objects.create(mark=mark, author=author, text=text)
            _record(made, author, "appeal-made", before=None)
            letter = letters.asked(pair.course, pair.name)
            mail.send(_readers(mark), subject=letter.subject, body=letter.body)
    except IntegrityError as error:  # one_open_appeal_of_a_mark
        raise refusals.appeal_is_open() from error
    return made


def answer(*, instructor: User, appeal: Appeal, verdict: str, text: str) -> Appeal:
    """Accept, which opens the mark again, or decline; with a word either way. Raises Refusal where that was done."""
    found = access_appeal(instructor, appeal.pk)
    require_no_conflict(instructor, found.mark.capsule)
    text = typed(text, LONGEST)
    if verdict not in VERDICTS:
        raise Http404("no such verdict")
    if not text:
        raise refusals.say_what()
    with transaction.atomic():
        row = Appeal.objects.select_for_update().filter(pk=found.pk, state=Appeal.State.OPEN).first()
        if row is None:
            raise refusals.appeal_is_answered()
        row.mark = found.mark
        row.state, row.answer = Appeal.State(verdict), text
        row.answered_by, row.answered_at = instructor, timezone.now()
        row.save()
        _record(row, instructor, f"appeal-{verdict}", before={"state": Appeal.State.OPEN})
        if verdict == Appeal.State.ACCEPTED and found.mark.state == Mark.State.PUBLISHED:
            reopen(instructor=instructor, mark=found.mark, reason=text)
        letter = letters.answered(found.mark.capsule.pair.course)
        mail.send(found.mark.capsule.pair.members.all(), subject=letter.subject, body=letter.body)
    return row


def _readers(mark: Mark) -> list[User]:
    """Whoever marked it and still teaches the course; where they are gone, everybody who does."""
    teaching = mark.capsule.pair.course.instructors.filter(is_active=True)
    return list(teaching.filter(pk__in=mark.capsule.markings.values("marker"))) or list(teaching)


def _record(row: Appeal, actor: User, action: str, before: object) -> None:
    audit.record(
        course=row.mark.capsule.pair.course,
        actor=actor,
        action=action,
        subject=row.mark.subject,
        pair=row.mark.capsule.pair,
        before=before,
        after={"state": row.state},
        reason=row.answer,
    )
