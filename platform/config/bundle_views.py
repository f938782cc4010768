"""The course as a file: taken away as one zip, brought back as a new course after a look at what it holds."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import Refusal
from accounts.models import User
from config.audit.reading import readable
from config.audit.sentences import name_of
from config.bundles import bringing, reading, writing
from config.bundles.contents import Bundle
from courses import carrying
from courses.access import course_of, require_instructor
from courses.arrivals import FORGET_AFTER_SECONDS
from courses.downloads import download
from uploads.folders import folder, require_room
from uploads.sweeping import forget_zips

#: What the parts of a zip are called.
RULES: Final[Mapping[str, Any]] = {
    "capsules": gettext_lazy("hand-in of capsules"),
    "marking": gettext_lazy("marking"),
    "gradebook": gettext_lazy("gradebook"),
    "retention": gettext_lazy("how long films are kept"),
}


@require_GET
@never_cache
@login_required
def export(request: HttpRequest) -> HttpResponseBase:
    """The zip of one's course; with its people when asked."""
    course = course_of(_instructor(request))
    require_room(writing.room_needed(course))
    path = _file(_new_token())
    with path.open("wb") as file:
        writing.write(course, file, people=request.GET.get("people") == "1")
    return download(path, name=writing.file_name(course), content_type="application/zip")


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def course(request: HttpRequest) -> HttpResponse:
    """Take the course away, or show what a zip holds before anything is made of it."""
    context: dict[str, object] = {"course": course_of(_instructor(request))}
    status = 200
    if request.method == "POST":
        try:
            token = _keep(request.FILES.get("bundle"))
            with _file(token).open("rb") as file:
                bundle = reading.read(file)
            context |= _shown(bundle) | {"token": token}
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
    return render(request, "teach/course.html", context, status=status)


@require_POST
@never_cache
@login_required
@sensitive_variables()
def bring(request: HttpRequest) -> HttpResponse:
    """Make the course of a zip that was looked at. New passwords are on this one answer and nowhere else."""
    person = _instructor(request)
    wanted = request.POST.get("people") == "1"
    try:
        with _file(request.POST.get("token", "")).open("rb") as file:
            bundle = reading.read(file)
            past = _shown(bundle)["past"]
            made, report = bringing.bring(bundle=bundle, file=file, instructor=person, people=wanted)
    except FileNotFoundError:
        messages.error(request, _("This zip was brought too long ago: bring it again."))
        return redirect("teach:course")
    except Refusal as refusal:
        context = {"course": course_of(person), "refusal": refusal}
        return render(request, "teach/course.html", context, status=refusal.status)
    context = {"course": made, "made": made, "report": report, "past": past}
    return render(request, "teach/course.html", context)


def _shown(bundle: Bundle) -> dict[str, Any]:
    """What a zip would bring, in words; each date by the clock of its course."""
    plan, zone = bringing.plan(bundle), bringing.zone_of(bundle)
    language = (get_language() or "fr")[:2]
    said = {
        kind: [(name_of(name, language), readable(carrying.plain(date), zone)) for name, date in dates.items()]
        for kind, dates in (("dates", plan.dates), ("past", plan.past))
    }
    rules = [RULES[name] for name in bundle.parts]
    return {"bundle": bundle, "plan": plan, "rules": rules, "rubric": max(bundle.rubrics, default=None), **said}


def _keep(upload: "UploadedFile[Any] | None") -> str:
    """Put the zip aside until somebody has decided."""
    token = _new_token()
    with _file(token).open("wb") as file:
        for chunk in upload.chunks() if upload else ():
            file.write(chunk)
    return token


def _new_token() -> str:
    """The name of a file to come; those that nobody has come back for are forgotten after a day."""
    forget_zips(older_than_seconds=FORGET_AFTER_SECONDS)
    return uuid.uuid4().hex


def _file(token: str) -> Path:
    """Where a zip waits. A token is what ``_keep`` gave, or no file."""
    try:
        name = uuid.UUID(token).hex
    except ValueError:
        name = "none"
    return folder("bundles") / name


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
