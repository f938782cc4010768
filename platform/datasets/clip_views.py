"""The page of one clip, for its pair and its instructors, and what they may do with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from datasets.access import access_clip, related
from datasets.models import Clip
from datasets.queries import show
from datasets.rules import rules_of
from datasets.services import delete_clip, extract_again, renumber
from datasets.views import read_number
from grading.queries import files_are_taken


@require_GET
@never_cache
@login_required
def clip(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a clip stands and what came out; for htmx its middle alone, 204 when it is as the page has it."""
    found = access_clip(_person(request), pk)
    context = _context(found)
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "datasets/clip.html", context)
    if context["shown"].token == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "datasets/_clip.html", context)


@require_POST
@login_required
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the clip another place; whichever clip is there takes its own."""

    def write(found: Clip, person: User) -> None:
        renumber(clip=found, person=person, sequence=read_number(request.POST.get("sequence")) or 0)

    return _done(request, pk, write, said=_("Moved. Zips that you download from now on carry the new numbers."))


@require_POST
@login_required
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the frames at the course's present rate, or prepare what failed once more."""
    return _done(request, pk, lambda found, person: extract_again(clip=found, person=person), said=_("In the queue."))


@require_POST
@login_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a clip and all that was made of it, once somebody has said that they are sure."""
    person = _person(request)
    found = access_clip(person, pk)
    if not request.POST.get("sure"):
        messages.error(request, _("Tick the box to say that you are sure."))
        return redirect("datasets:clip", pk=pk)
    delete_clip(clip=found, person=person, reason=request.POST.get("reason", "").strip())
    messages.success(request, _("Deleted: the film, its frames and its pictures are gone from this site."))
    return redirect(_home_of(person, found))


def _done(request: HttpRequest, pk: int, write: Callable[[Clip, User], object], *, said: str) -> HttpResponse:
    person = _person(request)
    found = access_clip(person, pk)
    try:
        write(found, person)
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, said)
    if request.POST.get("from") == "list":
        return redirect(_home_of(person, found))
    return redirect("datasets:clip", pk=pk)


def _home_of(person: User, clip: Clip) -> str:
    if person.is_instructor:
        return reverse("teach:clips-of-pair", args=[clip.pair_id])
    return reverse("datasets:clips")


def _context(found: Clip) -> dict[str, Any]:
    rules = rules_of(found.pair.course)
    (shown,) = show(related(Clip.objects.filter(pk=found.pk)), rules)
    return {
        "clip": shown.clip,
        "shown": shown,
        "rules": rules,
        "numbers": range(1, rules.clips_expected + 1),
        "is_unattended": shown.clip.is_working and not files_are_taken(),
    }


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
