"""The instructors' pages of acquisition: what is asked for, what may be filmed, what every pair has filmed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from courses.access import access_pair, course_of, require_instructor
from courses.models import Course
from datasets.access import access_object_class
from datasets.file_views import send_archive
from datasets.forms import ClassForm, RulesForm
from datasets.frame_archives import archive_of_pair
from datasets.object_classes import add_class, change_class, choose_class, classes_of, remove_class
from datasets.queries import shelf_of
from datasets.rules import set_rules
from datasets.services import extract_outdated
from datasets.teach_queries import overview_of
from datasets.views import read_number


@require_GET
@never_cache
@login_required
def clips(request: HttpRequest) -> HttpResponse:
    """Every pair's clips, the rules, and the list of object classes."""
    return _page(request, course_of(_instructor(request)))


@require_POST
@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """Change what is asked for."""
    person = _instructor(request)
    course = course_of(person)
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _page(request, course, rules_form=form, status=422)
    return _done(
        request,
        lambda: set_rules(course=course, instructor=person, values=form.values()),
        said=_("Saved. Clips that are there stay as they are."),
    )


@require_POST
@login_required
def extract(request: HttpRequest) -> HttpResponse:
    """Take the frames of all clips again whose rate is no longer the course's."""
    person = _instructor(request)
    count = extract_outdated(course=course_of(person), instructor=person)
    said = ngettext("%(count)s clip is in the queue.", "%(count)s clips are in the queue.", count)
    messages.success(request, said % {"count": count})
    return redirect("teach:clips")


@require_POST
@login_required
def new_class(request: HttpRequest) -> HttpResponse:
    """Put a class on the list."""
    person = _instructor(request)
    course = course_of(person)
    form = ClassForm(request.POST)
    if not form.is_valid():
        return _page(request, course, class_form=form, status=422)
    return _done(
        request,
        lambda: add_class(course=course, instructor=person, **form.cleaned_data),
        said=_("“%(name)s” is on the list.") % {"name": form.cleaned_data["name"]},
    )


@require_POST
@login_required
def object_class(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a class, give it another number, or take it off the list."""
    person = _instructor(request)
    found = access_object_class(person, pk)
    if request.POST.get("action") == "remove":
        return _done(
            request,
            lambda: remove_class(object_class=found, instructor=person),
            said=_("“%(name)s” is off the list.") % {"name": found.name},
        )
    name, index = request.POST.get("name", ""), read_number(request.POST.get("index"))
    number = found.index if index is None else index
    return _done(
        request, lambda: change_class(object_class=found, instructor=person, name=name, index=number), said=_("Saved.")
    )


@require_GET
@never_cache
@login_required
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """One pair's clips, as it sees them."""
    person = _instructor(request)
    found = access_pair(person, pk)
    shelf = shelf_of(found)
    context = {
        "pair": found,
        "shelf": shelf,
        "rules": shelf.rules,
        "classes": classes_of(found.course),
        "chosen": found.object_class,
        "members": found.members.order_by("username"),
        "shelf_address": reverse("teach:clips-of-pair", args=[pk]),
        "frames_address": reverse("teach:frames-of-pair", args=[pk]),
    }
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "datasets/teach_pair.html", context)
    if shelf.token == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "datasets/_shelf.html", context)


@require_POST
@login_required
def class_of_pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a pair films."""
    person = _instructor(request)
    found = access_pair(person, pk)
    chosen = read_number(request.POST.get("class"))
    return _done(
        request,
        lambda: choose_class(pair=found, person=person, object_class=chosen),
        said=_("Saved."),
        to=reverse("teach:clips-of-pair", args=[pk]),
    )


@require_safe
@login_required
def frames_of_pair(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All frames of one pair."""
    found = access_pair(_instructor(request), pk)
    back = reverse("teach:clips-of-pair", args=[pk])
    return send_archive(request, lambda: archive_of_pair(found), otherwise=back)


def _done(request: HttpRequest, write: Callable[[], object], *, said: str, to: str = "") -> HttpResponse:
    try:
        write()
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, said)
    return redirect(to or "teach:clips")


def _page(
    request: HttpRequest,
    course: Course,
    *,
    rules_form: RulesForm | None = None,
    class_form: ClassForm | None = None,
    status: int = 200,
) -> HttpResponse:
    overview = overview_of(course)
    context: dict[str, Any] = {
        "course": course,
        "overview": overview,
        "rules": overview.rules,
        "rules_form": rules_form or RulesForm.of(overview.rules),
        "class_form": class_form or ClassForm(),
        "classes": classes_of(course),
    }
    return render(request, "datasets/teach_clips.html", context, status=status)


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
