"""Films whose time is over: which ones they are, and removing them. What was said and marked of them stays."""

import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from capsules.carrying_over import remove_bytes
from capsules.models import CapsuleVersion
from courses.models import Course
from datasets.models import Clip
from datasets.services import expire_clip
from privacy.models import Retention
from uploads.models import StoredFile

logger = logging.getLogger(__name__)
#: What the trace says of what the clock removed.
BECAUSE: Final = "retention"


@dataclass(frozen=True)
class Due:
    """What one kind of film holds: how many, of how many pairs, in how many bytes."""

    films: int
    pairs: int
    size_bytes: int


def rules_of(course: Course) -> Retention:
    """A course's dates; none, as long as nobody set one."""
    return Retention.objects.filter(course=course).first() or Retention(course=course)


def clips_of(course: Course) -> QuerySet[Clip]:
    return Clip.objects.filter(pair__course=course)


def capsules_of(course: Course) -> QuerySet[CapsuleVersion]:
    """The versions whose film is still here; a link's film never was."""
    has_bytes = Q(source__isnull=False) | Q(copy__isnull=False) | Q(poster__isnull=False)
    return CapsuleVersion.objects.filter(has_bytes, capsule__pair__course=course).select_related(
        "capsule__pair__course"
    )


def clips_due(course: Course) -> Due:
    """All that would go the morning after the last day, were it today; three queries."""
    return _due(clips_of(course), "pair", Clip.FILES)


def capsules_due(course: Course) -> Due:
    return _due(capsules_of(course), "capsule__pair", ("source", "copy", "poster"))


def _due(rows: QuerySet[Any], pair: str, files: tuple[str, ...]) -> Due:
    ids = {key for row in rows.order_by().values_list(*files) for key in row if key is not None}
    size = StoredFile.objects.filter(pk__in=ids).aggregate(size=Sum("size_bytes"))["size"]
    return Due(rows.order_by().count(), len(set(rows.order_by().values_list(pair, flat=True))), size or 0)


def is_over(until: datetime.date | None, course: Course, now: datetime.datetime) -> bool:
    """Whether the last day has ended where the course is."""
    return until is not None and now.astimezone(course.zone).date() > until


def sweep(now: datetime.datetime | None = None) -> int:
    """Remove every film whose last day is over; returns how many. One that cannot be removed stops no other."""
    now = now or timezone.now()
    swept = 0
    for rules in Retention.objects.select_related("course"):
        if is_over(rules.clips_until, rules.course, now):
            swept += sum(_removed(_expire, clip) for clip in clips_of(rules.course))
        if is_over(rules.capsules_until, rules.course, now):
            swept += sum(_removed(_empty, version) for version in capsules_of(rules.course))
    return swept


def _expire(clip: Any) -> None:
    expire_clip(clip=clip, because=BECAUSE)


def _empty(version: Any) -> None:
    remove_bytes(version=version, actor=None, because=BECAUSE)


def _removed(remove: Callable[[Any], None], film: Any) -> bool:
    try:
        remove(film)
    except Exception:
        logger.exception("retention: %s could not be removed", film.subject)
        return False
    return True
