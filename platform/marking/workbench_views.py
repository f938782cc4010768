"""The workbench: one capsule beside its rubric, saved as it is typed, and the next one a key away. For instructors."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from capsules.models import Capsule, CapsuleVersion
from capsules.showing import state_of
from courses.access import course_of, require_instructor
from courses.configurations import configuration_of
from marking import refusals, saving
from marking.access import access_marked, has_conflict, is_blind
from marking.computing import compute
from marking.models import Mark, Marking
from marking.pile import pile_of
from marking.sheet import lay_out
from marking.versions import current_version


@require_GET
@never_cache
@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """The first capsule of one's pile that is not finished; the first of all once they all are."""
    person = _instructor(request)
    pile = pile_of(person, course_of(person))
    waiting = next((item for item in pile.items if not item.is_finished), next(iter(pile.items), None))
    return redirect("teach:marking", waiting.capsule.pk) if waiting else redirect("teach:marks")


@require_GET
@never_cache
@login_required
def workbench(request: HttpRequest, pk: int) -> HttpResponse:
    person = _instructor(request)
    return _render(request, person, access_marked(person, pk))


@require_POST
@never_cache
@login_required
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """What was typed since: JSON from the page's script, or the whole form. 409 where another save came first."""
    person = _instructor(request)
    capsule = access_marked(person, pk)
    if request.content_type != "application/json":
        return _save_form(request, person, capsule)
    try:
        revision, changes = _read(request)
        marking = saving.save(instructor=person, capsule=capsule, revision=revision, changes=changes)
    except saving.Stale as stale:
        return JsonResponse(_state(stale.marking), status=409)
    except Refusal as refusal:
        said = {"code": refusal.code, "reason": refusal.reason, "advice": refusal.advice}
        return JsonResponse(said, status=422 if refusal.status == 409 else refusal.status)
    return JsonResponse(_state(marking))


@require_POST
@never_cache
@login_required
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """It is whole: the mark follows. What the form holds is saved first, for whoever has no script."""
    person = _instructor(request)
    capsule = access_marked(person, pk)
    try:
        marking = _saved_first(request, person, capsule)
        saving.finish(instructor=person, marking=marking, revision=marking.revision)
    except saving.Stale:
        return _declined(request, person, capsule, refusals.somebody_was_quicker())
    except Refusal as refusal:
        return _declined(request, person, capsule, refusal)
    if request.htmx:  # type: ignore[attr-defined]
        return _render(request, person, capsule)
    messages.success(request, _("Done."))
    return redirect("teach:marking", capsule.pk)


@require_POST
@never_cache
@login_required
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own judgement up again."""
    person = _instructor(request)
    capsule = access_marked(person, pk)
    marking = Marking.objects.filter(capsule=capsule, marker=person).select_related("capsule__pair__course").first()
    try:
        if marking is None:
            raise refusals.is_not_done()
        saving.reopen(instructor=person, marking=marking)
    except Refusal as refusal:
        return _declined(request, person, capsule, refusal)
    if request.htmx:  # type: ignore[attr-defined]
        return _render(request, person, capsule)
    return redirect("teach:marking", capsule.pk)


def _saved_first(request: HttpRequest, person: User, capsule: Capsule) -> Marking:
    revision = _revision(request.POST.get("revision"))
    if changes := _of_form(request):
        return saving.save(instructor=person, capsule=capsule, revision=revision, changes=changes)
    marking = Marking.objects.filter(capsule=capsule, marker=person).select_related("capsule__pair__course").first()
    if marking is None:
        raise refusals.cells_are_empty(len(current_version(capsule.pair.course).rubric.cells))
    if marking.revision != revision:
        raise saving.Stale(marking)
    return marking


def _save_form(request: HttpRequest, person: User, capsule: Capsule) -> HttpResponse:
    try:
        revision = _revision(request.POST.get("revision"))
        saving.save(instructor=person, capsule=capsule, revision=revision, changes=_of_form(request))
    except saving.Stale:
        say(request, refusals.somebody_was_quicker())
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("Saved."))
    return redirect("teach:marking", capsule.pk)


def _of_form(request: HttpRequest) -> dict[str, Any]:
    """Cells of a form without script: ``level:KEY`` and ``note:KEY``."""
    cells: dict[str, dict[str, Any]] = {}
    for name, value in request.POST.items():
        kind, _colon, key = name.partition(":")
        if kind == "level":
            cells.setdefault(key, {})["level"] = int(value) if value in ("0", "1", "2", "3", "4") else None
        elif kind == "note":
            cells.setdefault(key, {})["note"] = str(value).replace("\r\n", "\n")
    changes: dict[str, Any] = {"cells": cells} if cells else {}
    if "comment" in request.POST:
        changes["comment"] = request.POST["comment"].replace("\r\n", "\n")
    return changes


def _read(request: HttpRequest) -> tuple[int, dict[str, Any]]:
    try:
        said = json.loads(request.body)
        changes = said["changes"]
        revision = said["revision"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:  # the last: lists in lists without end
        raise refusals.not_understood() from error
    if not isinstance(changes, dict) or isinstance(revision, bool) or not isinstance(revision, int):
        raise refusals.not_understood()
    return revision, changes


def _revision(said: str | None) -> int:
    if said is None or not said.isascii() or not said.isdigit() or len(said) > 9:
        raise refusals.not_understood()
    return int(said)


def _state(marking: Marking) -> dict[str, Any]:
    """What the page's script needs: all that is written, and the figures as they are shown."""
    computed = compute(marking.rubric_version.rubric, marking.levels)
    return {
        "revision": marking.revision,
        "state": marking.state,
        "cells": marking.cells,
        "comment": marking.comment,
        "figures": render_to_string("marking/_figures.html", {"computed": computed}),
        "saved_at": timezone.localtime(marking.updated_at).strftime("%H:%M:%S"),
    }


def _declined(request: HttpRequest, person: User, capsule: Capsule, refusal: Refusal) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return _render(request, person, capsule, refusal=refusal)
    say(request, refusal)
    return redirect("teach:marking", capsule.pk)


def _render(request: HttpRequest, person: User, capsule: Capsule, **more: Any) -> HttpResponse:
    marking = Marking.objects.filter(capsule=capsule, marker=person).select_related("rubric_version", "version").first()
    version = marking.rubric_version if marking else current_version(capsule.pair.course)
    pile = pile_of(person, capsule.pair.course)
    place = pile.at(capsule)
    film = _shown(capsule)
    context = {
        "capsule": capsule,
        "pair": capsule.pair,
        "lot": configuration_of(capsule.pair),
        "marking": marking,
        "rubric": version.rubric,
        "rubric_version": version,
        "newest": current_version(capsule.pair.course),
        "sheet": lay_out(version.rubric, marking.cells if marking else {}),
        "computed": compute(version.rubric, marking.levels if marking else {}),
        "mark": None if is_blind(person, capsule) else Mark.objects.filter(capsule=capsule).first(),
        "is_replaced": bool(marking and marking.version_id and marking.version_id != capsule.current_id),
        "has_conflict": has_conflict(person, capsule),
        "pile": pile,
        "version": film,
        "film_state": state_of(film),
        "place": None if place is None else place + 1,
        "role": "" if place is None else pile.items[place].role,
        "previous": pile.beside(capsule, -1),
        "next": pile.beside(capsule, 1),
        "unfinished": pile.unfinished_after(capsule),
        **more,
    }
    htmx = request.htmx  # type: ignore[attr-defined]
    partial = bool(htmx) and not htmx.history_restore_request
    return render(request, "marking/_workbench.html" if partial else "marking/workbench.html", context)


def _shown(capsule: Capsule) -> CapsuleVersion:
    """What counts of it now, with all that a player needs."""
    rows = CapsuleVersion.objects.select_related("capsule__pair__course", "source", "copy", "poster", "job")
    return rows.get(pk=capsule.current_id or 0)


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
