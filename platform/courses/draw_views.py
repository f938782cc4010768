"""The draw of training configurations: the button, the table, the file."""

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from courses.access import course_of, require_instructor
from courses.configurations import draw_configurations, set_grid
from courses.draw import SIZES, Grid
from courses.models import Course, Pair

COLUMNS: Final = ("group", "pair", "size", "image_size", "frozen_backbone", "batch_size")
#: A cell that a spreadsheet would take for a formula.
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


class NumbersField(forms.CharField):
    """ "320, 416 640" → [320, 416, 640]."""

    def clean(self, value: Any) -> list[int]:
        words = super().clean(value).replace(",", " ").replace(";", " ").split()
        if not all(word.isascii() and word.isdigit() and len(word) < 6 for word in words):
            raise forms.ValidationError(_("Whole numbers are expected, with spaces between them."))
        return [int(word) for word in words]


class GridForm(forms.Form):
    """The values that each factor may take."""

    sizes = forms.MultipleChoiceField(
        choices=[(size, size) for size in SIZES],
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Model sizes"),
    )
    frozen = forms.MultipleChoiceField(
        choices=[("false", gettext_lazy("trained whole")), ("true", gettext_lazy("frozen"))],
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Backbone"),
    )
    image_sizes = NumbersField(
        label=gettext_lazy("Image sizes"),
        help_text=gettext_lazy("In pixels, multiples of 32, with spaces between them."),
    )
    batch_sizes = NumbersField(label=gettext_lazy("Batch sizes"))

    @classmethod
    def of(cls, course: Course) -> "GridForm":
        grid = Grid.from_json(course.training_grid)
        numbers = {name: " ".join(map(str, getattr(grid, name))) for name in ("image_sizes", "batch_sizes")}
        frozen = ["true" if one else "false" for one in grid.frozen]
        return cls(initial={"sizes": grid.sizes, "frozen": frozen, **numbers})

    def grid(self) -> dict[str, Any]:
        return self.cleaned_data | {"frozen": [one == "true" for one in self.cleaned_data["frozen"]]}


@require_GET
@never_cache
@login_required
def lots(request: HttpRequest) -> HttpResponse:
    """Who trains what, and what is drawn from."""
    return render(request, "courses/teach_draw.html", _context(course_of(_instructor(request))))


@require_POST
@login_required
def draw(request: HttpRequest) -> HttpResponse:
    """Draw for the pairs that have no lot; with ``again`` and ``sure``, for all of them anew."""
    person = _instructor(request)
    again = bool(request.POST.get("again"))
    if again and not request.POST.get("sure"):
        messages.error(request, _("Tick the box to say that you are sure."))
        return redirect("teach:draw")
    drawn = draw_configurations(course=course_of(person), instructor=person, again=again)
    said = ngettext("%(pairs)s pair has its lot.", "%(pairs)s pairs have their lots.", len(drawn))
    messages.success(request, said % {"pairs": len(drawn)})
    return redirect("teach:draw")


@require_POST
@login_required
def grid(request: HttpRequest) -> HttpResponse:
    """Change what is drawn from; lots that were drawn stay."""
    person = _instructor(request)
    course = course_of(person)
    form = GridForm(request.POST)
    if not form.is_valid():
        return render(request, "courses/teach_draw.html", _context(course) | {"grid": form}, status=422)
    try:
        set_grid(course=course, instructor=person, grid=form.grid())
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("Saved. The next draw is from this grid; lots that were drawn stay."))
    return redirect("teach:draw")


@require_GET
@never_cache
@login_required
def lots_file(request: HttpRequest) -> HttpResponse:
    """The lots as CSV, with semicolons, as a French spreadsheet takes it."""
    course = course_of(_instructor(request))
    headers = {"Content-Disposition": f'attachment; filename="{course.slug}-lots.csv"'}
    return HttpResponse(as_csv(_pairs(course)), content_type="text/csv; charset=utf-8", headers=headers)


def as_csv(pairs: Iterable[Pair]) -> str:
    """A line a pair; without a lot its fields are empty."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    for pair in pairs:
        lot = getattr(pair, "training_configuration", None)
        values = (lot.size, lot.image_size, int(lot.frozen_backbone), lot.batch_size) if lot else ("",) * 4
        writer.writerow([_harmless(pair.group.name), _harmless(pair.name), *values])
    return "\ufeff" + text.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _pairs(course: Course) -> list[Pair]:
    return list(course.pairs.select_related("group", "training_configuration"))


def _context(course: Course) -> dict[str, Any]:
    pairs = _pairs(course)
    waiting = sum(not hasattr(pair, "training_configuration") for pair in pairs)
    return {
        "pairs": pairs,
        "waiting": waiting,
        "drawn": len(pairs) - waiting,
        "grid": GridForm.of(course),
        "cells": len(Grid.from_json(course.training_grid).lots()),
    }


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
