"""Writing the rubric: on the page, or as a file that is taken away and brought back. For instructors."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from challenges.rubric import AXES, ROUNDINGS
from challenges.rubric_file import parse_rubric, to_yaml
from challenges.yaml_file import MAXIMUM_BYTES, CardError
from courses.access import course_of, require_instructor
from courses.models import Course
from marking import editing, refusals, rubrics
from marking.models import Marking
from marking.versions import current_version

PLACES = (("theme", "themes"), ("analysis", "analyses"), ("scope", "scopes"))
Edit = Callable[[editing.Document], editing.Document]


class FileForm(forms.Form):
    file = forms.FileField(allow_empty_file=True)


@require_GET
@never_cache
@login_required
def rubric(request: HttpRequest) -> HttpResponse:
    """The draft where there is one, else the version that counts, each part in its own form."""
    course = course_of(_instructor(request))
    return render(request, "marking/teach_rubric.html", _context(course))


@require_POST
@login_required
def head(request: HttpRequest) -> HttpResponse:
    return _edited(request, lambda document: editing.with_head(document, request.POST.dict()))


@require_POST
@login_required
def add_heading(request: HttpRequest, axis: str) -> HttpResponse:
    return _edited(request, lambda document: editing.with_heading(document, _axis(axis), request.POST.dict()))


@require_POST
@login_required
def remove_heading(request: HttpRequest, axis: str) -> HttpResponse:
    key = request.POST.get("key", "")
    return _edited(request, lambda document: editing.without_heading(document, _axis(axis), key))


@require_POST
@login_required
def cell(request: HttpRequest, index: int) -> HttpResponse:
    """One cell: kept as typed, or taken out."""
    if request.POST.get("action") == "remove":
        return _edited(request, lambda document: editing.without_cell(document, index))
    typed = request.POST.dict()
    but = None if editing.is_weight(typed.get("weight", "")) else refusals.not_a_weight()
    return _edited(request, lambda document: editing.with_cell(document, index, typed), open_cell=index, but=but)


@require_POST
@login_required
def add_cell(request: HttpRequest) -> HttpResponse:
    return _edited(request, lambda document: editing.with_new_cell(document, request.POST.dict()), open_cell=-1)


@require_GET
@never_cache
@login_required
def file(request: HttpRequest) -> HttpResponse:
    """The draft, or the version of that number, as the YAML file that is read back here."""
    course = course_of(_instructor(request))
    number = request.GET.get("version", "")
    draft = rubrics.draft_of(course)
    if number:
        found = course.rubric_versions.filter(number=int(number)).first() if _is_number(number) else None
        version = found or current_version(course)
        if str(version.number) != number:
            raise Http404("no such version")
        document = version.document
    else:
        document = draft.document if draft else current_version(course).document
    response = HttpResponse(to_yaml(document), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rubric.yaml"'
    return response


@require_POST
@login_required
def bring(request: HttpRequest) -> HttpResponse:
    """A file becomes the draft; one that cannot be used is declined with its line."""
    person = _instructor(request)
    try:
        rubrics.bring(instructor=person, course=course_of(person), text=_text(request))
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("The file is the draft now. Read it, then publish it."))
    return redirect("teach:rubric")


@require_POST
@login_required
def discard(request: HttpRequest) -> HttpResponse:
    person = _instructor(request)
    rubrics.discard(instructor=person, course=course_of(person))
    messages.success(request, _("The draft is gone; the rubric that counts is unchanged."))
    return redirect("teach:rubric")


@require_POST
@login_required
def publish(request: HttpRequest) -> HttpResponse:
    person = _instructor(request)
    try:
        made = rubrics.publish(
            instructor=person,
            course=course_of(person),
            revision=_revision(request) or 0,
            carries=request.POST.get("carries") == "yes",
        )
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("Version %d of the rubric counts from now on.") % made.number)
    return redirect("teach:rubric")


def _edited(
    request: HttpRequest, edit: Edit, *, open_cell: int | None = None, but: Refusal | None = None
) -> HttpResponse:
    """Change the draft, beginning one where there is none; htmx gets the page's body again, others the page.

    ``but`` is what could not be kept of what was typed.
    """
    person = _instructor(request)
    course = course_of(person)
    draft = rubrics.draft_of(course)
    document = draft.document if draft else current_version(course).document
    more: dict[str, Any] = {"open_cell": open_cell}
    if but is not None:
        more["refusal"] = but
    try:
        rubrics.edit(instructor=person, course=course, revision=_revision(request), document=edit(document))
    except Refusal as refusal:
        more["refusal"] = refusal
    if not request.htmx:  # type: ignore[attr-defined]
        if "refusal" in more:
            say(request, more["refusal"])
        return redirect("teach:rubric")
    return render(request, "marking/_rubric_editor.html", _context(course) | more)


def _context(course: Course) -> dict[str, Any]:
    draft = rubrics.draft_of(course)
    version = current_version(course)
    document = draft.document if draft else version.document
    cells = document["cells"]
    return {
        "course": course,
        "draft": draft,
        "revision": draft.revision if draft else "",
        "version": version,
        "versions": list(course.rubric_versions.select_related("created_by")),
        "document": document,
        "cells": [(index, cell, _title(document, cell)) for index, cell in enumerate(cells)],
        "last": len(cells) - 1,
        "axes": [(axis, document.get(axis, [])) for axis in AXES],
        "places": [(place, axis, document.get(axis, [])) for place, axis in PLACES],
        "languages": [("fr", "français"), ("en", "English")],
        "head_fields": [("title", _("Title")), ("intro", _("What students read first"))],
        "roundings": ROUNDINGS,
        "complaint": _complaint(document) if draft else "",
        "carrying": rubrics.carrying(course, document) if draft else None,
        "begun": Marking.objects.filter(capsule__pair__course=course).count(),
    }


def _title(document: editing.Document, cell: editing.Document) -> dict[str, str]:
    """The cell's title from its axes, as far as they have one."""
    titles = [
        heading["title"]
        for place, axis in PLACES
        for heading in document.get(axis, [])
        if cell.get(place) and heading["key"] == cell[place]
    ]
    return {language: " · ".join(title[language] or "…" for title in titles) for language in ("fr", "en")}


def _complaint(document: editing.Document) -> str:
    try:
        parse_rubric(to_yaml(document), rubrics.FILE)
    except CardError as complaint:
        return str(complaint)
    return ""


def _text(request: HttpRequest) -> str:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        raise refusals.rubric_is_wrong("rubric.yaml:1: no file")
    content = form.cleaned_data["file"].read(MAXIMUM_BYTES + 1)
    try:
        return str(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise refusals.rubric_is_wrong(f"rubric.yaml:1: {error.reason}") from error


def _revision(request: HttpRequest) -> int | None:
    said = request.POST.get("revision", "")
    return int(said) if _is_number(said) else None


def _is_number(said: str) -> bool:
    """One that a version or a draft may have."""
    return said.isdecimal() and len(said) < 10


def _axis(said: str) -> str:
    if said not in AXES:
        raise Http404("no such axis")
    return said


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
