"""The room, for those who teach: the wall, and the session that it shows. Anybody else gets 404."""

import datetime
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from challenges.spec import load_cards
from courses.access import access_pair
from courses.models import Course
from quests.models import Attempt
from quests.queries import find_card, find_quest
from room import mistakes as made
from room import queries, services
from room.export import SEPARATORS, as_csv
from room.feeds import GridFeed, RoomFeed
from room.forms import SessionForm, SettingsForm, settings_of
from room.grid import MARKS, cell_of, grid_of
from room.models import Session
from room.qr import square
from room.views import news

#: Minutes by which a session can be made longer at one click.
EXTENSIONS: Final = (5, 15, 30)
USUAL_LENGTH: Final = datetime.timedelta(hours=2)
SESSIONS_SHOWN: Final = 20
#: Attempts that can be added at one click.
EXTRA_ATTEMPTS: Final = (0, 1, 2, 3, 5)


@require_GET
@never_cache
@login_required
def wall(request: HttpRequest) -> HttpResponse:
    """For the projector: every pair's card, drawn and kept up to date by ``js/room.js``."""
    door = request.build_absolute_uri(reverse("home"))
    context = {
        "state": RoomFeed(_course(request)).state(),
        "door": door.partition("://")[2].rstrip("/"),
        "square": square(door),
    }
    return render(request, "room/wall.html", context)


@require_GET
@never_cache
@login_required
def wall_changes(request: HttpRequest) -> HttpResponse:
    """``?since=REVISION``, as the socket would say it."""
    return news(request, RoomFeed(_course(request)))


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """The session on the wall, and the form that starts another one."""
    course = _course(request)
    running = _running(course)
    first = {"until": timezone.localtime(timezone.now() + USUAL_LENGTH).strftime("%H:00"), "shows_names": True}
    sent = request.POST if request.method == "POST" else None
    form = SessionForm(sent, course=course, initial={**first, "celebrates": True})
    if form.is_valid():
        services.start_session(course=course, ends_at=form.ends_at(), **form.changes())
        messages.success(request, _("The session has started: it is on the wall."))
        return redirect("teach:sessions")
    context = _context(course, running) | {"form": form}
    return render(request, "room/sessions.html", context, status=400 if form.is_bound else 200)


@require_POST
@login_required
def session_settings(request: HttpRequest, session: int) -> HttpResponse:
    """Other settings for a session; the wall follows at once."""
    course = _course(request)
    found = queries.access_session(course, session)
    form = SettingsForm(request.POST, course=course)
    if not form.is_valid():
        context = _context(course, found) | {"settings": form, "form": SessionForm(course=course)}
        return render(request, "room/sessions.html", context, status=400)
    services.change_session(session=found, **form.changes())
    return redirect("teach:sessions")


@require_POST
@login_required
def session_extend(request: HttpRequest, session: int) -> HttpResponse:
    found = queries.access_session(_course(request), session)
    minutes = request.POST.get("minutes", "")
    if minutes in map(str, EXTENSIONS):
        services.extend_session(session=found, by=datetime.timedelta(minutes=int(minutes)))
    return redirect("teach:sessions")


@require_POST
@login_required
def session_end(request: HttpRequest, session: int) -> HttpResponse:
    services.end_session(session=queries.access_session(_course(request), session))
    return redirect("teach:sessions")


@require_GET
@never_cache
@login_required
def grid(request: HttpRequest) -> HttpResponse:
    """Pairs × quests of one card: ``?card=…&group=…``. Its rows are asked for again whenever something happens."""
    course = _course(request)
    cards = load_cards()
    card = next((one for one in cards if one.slug == request.GET.get("card")), cards[0])
    group = request.GET.get("group", "")
    context = {
        "cards": cards,
        "card": card,
        "groups": course.groups.values_list("name", flat=True),
        "group": group,
        "rows": grid_of(course, [card], group=group),
        "revision": queries.revision_of(course),
        "marks": MARKS.values(),
    }
    return render(request, "room/grid.html", context)


@require_GET
@never_cache
@login_required
def grid_changes(request: HttpRequest) -> HttpResponse:
    """``?since=REVISION``: whether anything happened."""
    return news(request, GridFeed(_course(request)))


@require_GET
@never_cache
@login_required
def grid_file(request: HttpRequest) -> HttpResponse:
    """All pairs × all quests, as CSV: ``?separator=comma`` or ``semicolon``, ``?group=…``."""
    course = _course(request)
    separator = SEPARATORS.get(request.GET.get("separator", ""), ";")
    cards = load_cards()
    rows = grid_of(course, cards, group=request.GET.get("group", ""))
    text = as_csv(rows, cards, separator=separator, language=(get_language() or "fr")[:2])
    name = f"{course.slug}-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


@require_GET
@never_cache
@login_required
def cell(request: HttpRequest, pk: int, card: str, quest: str) -> HttpResponse:
    """One pair with one quest: what it answered; and the form that opens the quest for this pair alone."""
    assert isinstance(request.user, User)
    queries.room_of(request.user)
    pair, found_card = access_pair(request.user, pk), find_card(card)
    found_quest = find_quest(found_card, quest)
    answers = Attempt.objects.filter(variant__pair=pair, variant__card=card, variant__quest=quest)
    context = {
        "pair": pair,
        "card": found_card,
        "quest": found_quest,
        "cell": cell_of(pair, found_card, quest),
        "answers": answers.select_related("author").order_by("number"),
        "extra_attempts": EXTRA_ATTEMPTS,
    }
    return render(request, "room/cell.html", context)


@require_GET
@never_cache
@login_required
def mistakes(request: HttpRequest) -> HttpResponse:
    """What this class gets wrong: by mistake, by quest, and what nothing explains. ``?group=…&card=…&session=…``."""
    course = _course(request)
    cards = load_cards()
    group, card, number = (request.GET.get(name, "") for name in ("group", "card", "session"))
    session = queries.access_session(course, int(number)) if number.isascii() and number.isdigit() else None
    which = made.Which(course, group, card if card in {one.slug for one in cards} else "", session)
    context: dict[str, Any] = {
        "which": which,
        "cards": cards,
        "groups": course.groups.values_list("name", flat=True),
        "sessions": queries.sessions_of(course)[:SESSIONS_SHOWN],
        "commonest": made.commonest(which),
        "by_quest": made.by_quest(which),
        "unexplained": made.unexplained(which),
    }
    context["most"] = max((one.pairs for one in context["commonest"]), default=0)
    return render(request, "room/mistakes.html", context)


def _course(request: HttpRequest) -> Course:
    assert isinstance(request.user, User)
    return queries.room_of(request.user)


def _running(course: Course) -> Session | None:
    session = queries.session_on_the_wall(course)
    return session if session and session.is_running() else None


def _context(course: Course, session: Session | None) -> dict[str, Any]:
    return {
        "course": course,
        "session": session,
        "settings": SettingsForm(initial=settings_of(session), course=course) if session else None,
        "extensions": EXTENSIONS,
        "past": [one for one in queries.sessions_of(course)[:SESSIONS_SHOWN] if not one.is_running()],
    }
