"""The people of a course, brought by a roster."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.errors import Refusal
from accounts.models import User
from accounts.roster import COLUMNS, OPTIONAL_COLUMNS, SIZE_LIMIT_BYTES, read_roster
from courses.access import course_of, require_instructor
from courses.services import import_roster


class RosterForm(forms.Form):
    roster = forms.FileField(allow_empty_file=True)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
@sensitive_variables()
def people(request: HttpRequest) -> HttpResponse:
    """Who is in the course; a CSV file adds people. New passwords are on this one answer and nowhere else."""
    course = course_of(_instructor(request))
    context: dict[str, object] = {"course": course, "columns": COLUMNS, "optional_columns": OPTIONAL_COLUMNS}
    status = 200
    if request.method == "POST":
        try:
            context["report"] = import_roster(course=course, rows=read_roster(_content(request)))
        except Refusal as refusal:
            context["refusal"], status = refusal, refusal.status
    context["pairs"] = course.pairs.select_related("group").prefetch_related("members")
    context["instructors"] = course.instructors.order_by("username")
    return render(request, "courses/people.html", context, status=status)


def _content(request: HttpRequest) -> bytes:
    form = RosterForm(request.POST, request.FILES)
    if not form.is_valid():
        return b""  # no file chosen is an empty roster, and is refused as one
    file = form.cleaned_data["roster"]
    return bytes(file.read(SIZE_LIMIT_BYTES + 1))


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
