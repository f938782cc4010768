"""The page of a pair's clips: what it filmed, the place to send more, the class that it films."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import consents
from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from courses.access import pair_of, require_pair
from courses.models import Pair
from datasets import refusals
from datasets.models import Clip
from datasets.object_classes import choose_class, classes_of
from datasets.queries import labels_for_cvat, shelf_of
from datasets.services import PURPOSE, add_clip
from submissions.replies import declined, wants_json
from uploads.forms_receiving import FileHandler, receives_file

#: What a file field offers first; the first bytes decide.
ACCEPTED = "video/*,.mp4,.mov,.m4v,.webm,.avi,.mkv,.3gp,.mts"


@require_GET
@never_cache
@login_required
def clips(request: HttpRequest) -> HttpResponse:
    """What the pair filmed; for htmx the list alone, and nothing (204) when it is as the page has it."""
    pair = require_pair(_person(request))
    if not request.htmx:  # type: ignore[attr-defined]
        return _page(request, pair)
    context = _context(pair)
    if context["shelf"].token == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "datasets/_shelf.html", context)


@require_POST
@never_cache
@login_required
@receives_file(PURPOSE)
def new(request: HttpRequest, handler: FileHandler) -> HttpResponse:
    """Take a film from the form: the file itself, or a finished upload. The page's script asks for JSON."""
    try:
        clip = _add(request, handler)
    except Refusal as refusal:
        if wants_json(request):
            return declined(refusal)
        if (pair := pair_of(_person(request))) is not None:
            return _page(request, pair, refusal=refusal)
        say(request, refusal)
        return redirect("home")
    if clip.recognised:
        messages.info(request, _("We know this film: it is the clip “%(name)s”.") % {"name": clip.name})
    address = consents.by_way_of_the_questions(request, reverse("datasets:clips"))
    return JsonResponse({"address": address}) if wants_json(request) else redirect(address)


@require_POST
@login_required
def object_class(request: HttpRequest) -> HttpResponse:
    """Say which class of the course's list the pair films."""
    person = _person(request)
    try:
        choose_class(pair=require_pair(person), person=person, object_class=read_number(request.POST.get("class")))
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("Noted. The folders and the label carry this name from now on."))
    return redirect("datasets:clips")


def read_number(text: str | None) -> int | None:
    """What a form says where a number may be; None for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _add(request: HttpRequest, handler: FileHandler) -> Clip:
    person = _person(request)
    pair = pair_of(person)
    if pair is None:
        raise refusals.no_pair()
    arrived = handler.take()
    arrived.require(request.POST.get("sha256"))
    return add_clip(pair=pair, author=person, arrived=arrived, sequence=read_number(request.POST.get("sequence")))


def _page(request: HttpRequest, pair: Pair, *, refusal: Refusal | None = None) -> HttpResponse:
    context = _context(pair) | {"refusal": refusal, "accepted": ACCEPTED, "purpose": PURPOSE}
    return render(request, "datasets/clips.html", context, status=refusal.status if refusal else 200)


def _context(pair: Pair) -> dict[str, Any]:
    shelf = shelf_of(pair)
    chosen = pair.object_class
    return {
        "pair": pair,
        "shelf": shelf,
        "rules": shelf.rules,
        "classes": classes_of(pair.course),
        "chosen": chosen,
        "labels": labels_for_cvat(chosen) if chosen else "",
        "shelf_address": reverse("datasets:clips"),
        "frames_address": reverse("datasets:all-frames"),
    }


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
