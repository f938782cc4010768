"""Every write of the room: an event into the journal, a session started, changed, ended."""

import datetime
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts.models import User
from courses.access import pair_of
from courses.models import Course, Group, Pair
from room import events
from room.models import GameEvent, Journal, Opening, Session

#: How many events of a course are kept at least, and how often the older ones are swept away.
KEPT: Final = 5_000
SWEEP_EVERY: Final = 100


def record(
    *,
    course: Course,
    what: str,
    pair: Pair | None = None,
    card: str = "",
    quest: str = "",
    by: User | None = None,
    data: Mapping[str, Any] | None = None,
) -> GameEvent:
    """Write an event under the course's next revision, in the caller's transaction; it is announced on commit."""
    with transaction.atomic(savepoint=False):
        revision = _next_revision(course)
        previous = _previous_of(pair)
        event = GameEvent.objects.create(
            course=course, revision=revision, what=what, pair=pair, card=card, quest=quest, by=by, data=dict(data or {})
        )
        if revision % SWEEP_EVERY == 0:
            GameEvent.objects.filter(course=course, revision__lte=revision - KEPT).delete()
        transaction.on_commit(partial(events.announce, event, previous_of_pair=previous))
    return event


def _next_revision(course: Course) -> int:
    """The row stays ours until the commit: PostgreSQL locks what is updated, SQLite's writers come one by one."""
    if not Journal.objects.filter(course=course).update(revision=F("revision") + 1):
        Journal.objects.get_or_create(course=course)
        Journal.objects.filter(course=course).update(revision=F("revision") + 1)
    return Journal.objects.values_list("revision", flat=True).get(course=course)


def _previous_of(pair: Pair | None) -> int:
    newest = GameEvent.objects.filter(pair=pair).aggregate(newest=Max("revision"))["newest"] if pair else None
    return newest or 0


def start_session(
    *,
    course: Course,
    title: str,
    ends_at: datetime.datetime,
    group: Group | None = None,
    starts_at: datetime.datetime | None = None,
    shows_names: bool = True,
    ranks_pairs: bool = False,
    celebrates: bool = True,
    cards: tuple[str, ...] = (),
) -> Session:
    """Open a session; it is on the wall from its first second."""
    with transaction.atomic():
        session = Session.objects.create(
            course=course,
            group=group,
            title=title,
            starts_at=starts_at or timezone.now(),
            ends_at=ends_at,
            shows_names=shows_names,
            ranks_pairs=ranks_pairs,
            celebrates=celebrates,
            cards=list(cards),
        )
        record(course=course, what=GameEvent.SESSION)
    return session


def change_session(*, session: Session, **changes: Any) -> Session:
    """Give a session other settings, each by its field's name, and tell the wall."""
    with transaction.atomic():
        for name, value in changes.items():
            setattr(session, name, value)
        session.save(update_fields=[*changes])
        record(course=session.course, what=GameEvent.SESSION)
    return session


def extend_session(*, session: Session, by: datetime.timedelta) -> Session:
    """So much longer: from its end, or from now when it is over already."""
    return change_session(session=session, ends_at=max(session.ends_at, timezone.now()) + by)


def end_session(*, session: Session) -> Session:
    """Over now. One that is over stays as it ended; one that has not begun never will have lasted."""
    now = timezone.now()
    if session.ends_at <= now:
        return session
    begun = min(session.starts_at, now - datetime.timedelta(seconds=1))
    return change_session(session=session, starts_at=begun, ends_at=now)


def note_opening(*, student: User, card: str, quest: str) -> None:
    """Remember that a student's pair looks at a quest, the first time it does."""
    if Opening.objects.filter(pair__members=student, card=card, quest=quest).exists():
        return
    pair = pair_of(student)
    if pair is not None:
        Opening.objects.get_or_create(pair=pair, card=card, quest=quest)
