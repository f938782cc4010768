"""Who changed what in a course, and when. For its instructors; nobody changes it here or anywhere."""

import csv
import datetime
import io
import json
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from config.audit.reading import Line, Reader, line_of, people_in, who_did
from config.audit.sentences import reason_of, sentence_of
from courses.access import course_of, require_instructor
from courses.carrying import day
from courses.models import AuditEntry, Course
from marking.access import blind_pairs
from room.export import SEPARATORS, harmless

PAGE_LENGTH = 50
CSV_LIMIT = 20_000
COLUMNS = ("at", "who", "what", "code", "pair", "subject", "before", "after", "reason")


@require_GET
@never_cache
@login_required
def trace(request: HttpRequest) -> HttpResponse:
    """The newest first: ``?person=…&pair=…&kind=…&since=2027-06-01&until=2027-06-30&page=…``."""
    course = _course(request)
    language = _language()
    readable = _readable(course, request.user)
    page = Paginator(_asked(readable, request.GET, course), PAGE_LENGTH).get_page(request.GET.get("page"))
    everything = readable.order_by()
    kinds = everything.values_list("action", flat=True).distinct()
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "page": page,
        "lines": _lines(page.object_list, course, language),
        "zone": course.zone,
        "people": _actors(everything),
        "pairs": course.pairs.all(),
        "kinds": sorted(((kind, sentence_of(kind, language)) for kind in kinds), key=lambda kind: kind[1]),
        "asked": {name: request.GET.get(name, "") for name in ("person", "pair", "kind", "since", "until")},
        "query": asked.urlencode(),
    }
    return render(request, "teach/audit.html", context)


@require_GET
@never_cache
@login_required
def trace_file(request: HttpRequest) -> HttpResponse:
    """The same, as CSV, the newest 20,000."""
    course = _course(request)
    language = _language()
    text = io.StringIO()
    writer = csv.writer(text, delimiter=SEPARATORS.get(request.GET.get("separator", ""), ";"), lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in _asked(_readable(course, request.user), request.GET, course)[:CSV_LIMIT]:
        writer.writerow([harmless(value) for value in _cells(entry, course, language)])
    name = f"{course.slug}-audit-{timezone.localdate(timezone=course.zone).isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _lines(entries: Iterable[AuditEntry], course: Course, language: str) -> list[Line]:
    """With the names of those whom they are about, in one query."""
    entries = list(entries)
    about = {number for entry in entries for number in people_in(entry)}
    people = User.objects.filter(pk__in=about) if about else ()
    reader = Reader(language, course.zone, {str(person.pk): person.display_name for person in people})
    return [line_of(entry, reader) for entry in entries]


def _actors(entries: QuerySet[AuditEntry]) -> list[tuple[str, str]]:
    """Who ever did anything: sign-in name, and what pages call them; the name alone where the account is gone."""
    fields = ("first_name", "last_name", "forgotten_at")
    rows = entries.values_list("actor_name", *(f"actor__{field}" for field in fields)).distinct()
    found = {
        name: User(username=name, first_name=first or "", last_name=last or "", forgotten_at=at).display_name
        for name, first, last, at in rows
        if name
    }
    return sorted(found.items(), key=lambda actor: actor[1].casefold())


def _cells(entry: AuditEntry, course: Course, language: str) -> tuple[str, ...]:
    return (
        entry.at.astimezone(course.zone).isoformat(timespec="seconds"),
        who_did(entry, language),
        sentence_of(entry.action, language),
        entry.action,
        entry.pair.name if entry.pair else "",
        entry.subject,
        _as_json(entry.before),
        _as_json(entry.after),
        reason_of(entry.action, entry.reason, language),
    )


def _as_json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _asked(entries: QuerySet[AuditEntry], asked: QueryDict, course: Course) -> QuerySet[AuditEntry]:
    """Those of these that are asked for; what no filter can be is none."""
    entries = entries.select_related("actor", "pair")
    if person := asked.get("person"):
        entries = entries.filter(actor_name=person)
    if kind := asked.get("kind"):
        entries = entries.filter(action=kind)
    pair = asked.get("pair", "")
    if pair.isascii() and pair.isdigit() and len(pair) < 18:
        entries = entries.filter(pair=int(pair))
    if since := _day(asked.get("since", "")):
        entries = entries.filter(at__gte=_begins(since, course))
    if until := _day(asked.get("until", "")):
        entries = entries.filter(at__lt=_begins(until + datetime.timedelta(days=1), course))
    return entries


def _day(text: str) -> datetime.date | None:
    try:
        return day(text)
    except ValueError:
        return None


def _begins(found: datetime.date, course: Course) -> datetime.datetime:
    """The first instant of a day where the course is."""
    return datetime.datetime.combine(found, datetime.time.min, course.zone)


def _readable(course: Course, person: User | AnonymousUser) -> QuerySet[AuditEntry]:
    """Of this course alone; all but what other markers gave to pairs that this person has yet to judge apart."""
    entries = AuditEntry.objects.filter(course=course)
    assert isinstance(person, User)
    blind = blind_pairs(person, course)
    judged = Q(action__startswith="marking-") | Q(action__startswith="mark-")
    return entries.exclude(judged & Q(pair__in=blind) & ~Q(actor_name=person.username)) if blind else entries


def _course(request: HttpRequest) -> Course:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return course_of(request.user)


def _language() -> str:
    return (get_language() or "fr")[:2]
