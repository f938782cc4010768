"""What people ask about their own data, and what a course decides about its films."""

import datetime
from typing import Final

from django.db import transaction

from accounts import mail
from accounts.models import User
from accounts.words import typed
from courses import audit
from courses.models import Course
from privacy.models import ErasureRequest, Retention

LONGEST_WORDS: Final = 400


@transaction.atomic
def set_retention(
    *, course: Course, instructor: User, clips_until: datetime.date | None, capsules_until: datetime.date | None
) -> Retention:
    """The last days on which films are kept; None for no end."""
    rules, _ = Retention.objects.get_or_create(course=course)
    before = _said(rules)
    rules.clips_until, rules.capsules_until = clips_until, capsules_until
    if _said(rules) != before:
        rules.save()
        audit.record(
            course=course,
            actor=instructor,
            action="retention-changed",
            subject=f"course:{course.pk}",
            before=before,
            after=_said(rules),
        )
    return rules


def _said(rules: Retention) -> dict[str, str | None]:
    dates = {"clips_until": rules.clips_until, "capsules_until": rules.capsules_until}
    return {name: day.isoformat() if day else None for name, day in dates.items()}


@transaction.atomic
def ask_to_be_forgotten(*, person: User, words: str, address: str) -> ErasureRequest:
    """Those who teach this person are told; asking twice is asking once."""
    request, is_new = ErasureRequest.objects.get_or_create(
        person=person, defaults={"words": typed(words, LONGEST_WORDS)}
    )
    if is_new:
        teachers = User.objects.filter(courses_taught__pairs__members=person).distinct()
        mail.send(
            teachers,
            subject={"en": "Somebody asks to be forgotten", "fr": "Quelqu’un demande à être oublié"},
            body={
                "en": f"A student of your course asks that what the site keeps about them be removed:\n{address}",
                "fr": f"Un étudiant de votre cours demande que ce que le site garde de lui soit effacé :\n{address}",
            },
        )
    return request


def withdraw_request(*, person: User) -> None:
    ErasureRequest.objects.filter(person=person).delete()


@transaction.atomic
def record_export(*, person: User, instructor: User) -> None:
    """An instructor takes somebody's data away for them: every course of theirs says so."""
    for course in Course.objects.filter(pairs__members=person).distinct():
        audit.record(course=course, actor=instructor, action="person-exported", subject=f"person:{person.pk}")
