"""Letters before films go: two weeks ahead, once for each day that is set, to those whose films they are."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts import mail
from accounts.models import User
from courses.models import Course
from privacy.models import Retention
from privacy.retention import capsules_of, clips_of

AHEAD: Final = datetime.timedelta(days=14)


@dataclass(frozen=True)
class _Kind:
    """One kind of film: the fields of its last day and of the day that was told, and what letters call it."""

    until: str
    told: str
    pairs: Callable[[Course], Any]
    en: str
    fr: str


KINDS: Final = (
    _Kind("clips_until", "clips_told", lambda course: clips_of(course).values("pair"), "clips", "clips"),
    _Kind(
        "capsules_until", "capsules_told", lambda course: capsules_of(course).values("capsule__pair"),
        "films of the capsules", "films des capsules",
    ),
)  # fmt: skip


def tell(now: datetime.datetime | None = None) -> int:
    """Write to the pairs that have such films, and to those who teach them; returns how many days were told."""
    now = now or timezone.now()
    courses = Course.objects.filter(retention__isnull=False)
    return sum(_told(course, kind, now) for course in courses for kind in KINDS)


@transaction.atomic
def _told(course: Course, kind: _Kind, now: datetime.datetime) -> bool:
    """Two rounds at once tell once: whoever looks holds the row."""
    rules = Retention.objects.select_for_update().get(course=course)
    until, today = getattr(rules, kind.until), now.astimezone(course.zone).date()
    if until is None or until == getattr(rules, kind.told) or not today <= until <= today + AHEAD:
        return False
    owners = list(User.objects.filter(pairs__in=kind.pairs(course)).distinct())
    if not owners:
        return False
    _write([*owners, *course.instructors.all()], course, kind, until)
    Retention.objects.filter(pk=rules.pk).update(**{kind.told: until})
    return True


def _write(people: Iterable[User], course: Course, kind: _Kind, until: datetime.date) -> None:
    en, fr = (_said(until, language) for language in ("en", "fr"))
    mail.send(
        people,
        subject={
            "en": f"The {kind.en} are kept until {en}",
            "fr": f"Les {kind.fr} sont gardés jusqu’au {fr}",
        },
        body={
            "en": f"The {kind.en} of the course “{course.title}” are kept until {en}; then they are removed from the "
            "site. What was said of them and the marks stay. Before that day you can download what you want to keep.",
            "fr": f"Les {kind.fr} du cours « {course.title} » sont gardés jusqu’au {fr} ; ensuite ils sont effacés du "
            "site. Ce qui en a été dit et les notes restent. Avant ce jour, vous pouvez télécharger ce que vous "
            "voulez garder.",
        },
    )


def _said(day: datetime.date, language: str) -> str:
    with translation.override(language):
        return date_format(day, "j F Y")
