"""The pair's page: what is asked, the hand-in with its receipt, what it adds to its film, and what was said of it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import consents
from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from capsules import describing, handing_in, refusals
from capsules.captions import LIMIT_BYTES
from capsules.models import CapsuleVersion, Captions
from capsules.page import as_typed, current_of, page_of, waiting_of
from courses.access import pair_of, require_pair
from courses.models import Pair
from submissions.replies import declined, wants_json
from uploads.forms_receiving import FileHandler, receives_file


@require_GET
@never_cache
@login_required
def capsule(request: HttpRequest) -> HttpResponse:
    """Everything about the pair's capsule."""
    return _page(request, require_pair(_person(request)))


@require_GET
@never_cache
@login_required
def status(request: HttpRequest) -> HttpResponse:
    """Where the preparation stands, which the page asks while it goes on; once it has ended the page is loaded anew."""
    waiting = waiting_of(require_pair(_person(request)))
    if waiting is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "capsules/_waiting.html", {"waiting": waiting})


@require_POST
@never_cache
@login_required
@receives_file(handing_in.PURPOSE)
def hand_in(request: HttpRequest, handler: FileHandler) -> HttpResponse:
    """Take a file of the form, a resumable upload that was sent before (``upload``), or a ``link``."""
    person = _person(request)
    pair = pair_of(person)
    try:
        if pair is None:
            raise refusals.no_pair()
        version = _take(request, handler, pair, person)
    except Refusal as refusal:
        return _declined(request, refusal)
    messages.success(request, _("Handed in: version %(number)s. Your receipt is below.") % {"number": version.number})
    address = consents.by_way_of_the_questions(request, reverse("capsules:capsule") + "#receipt")
    return JsonResponse({"address": address}) if wants_json(request) else redirect(address)


def _take(request: HttpRequest, handler: FileHandler, pair: Pair, person: User) -> CapsuleVersion:
    link = request.POST.get("link", "").strip()
    if link:
        return handing_in.hand_in_link(pair=pair, author=person, link=link, asked_at=begun_at(request))
    return handing_in.hand_in_file(pair=pair, author=person, arrived=handler.take())


def begun_at(request: HttpRequest) -> datetime:
    """When the request's first byte came, where the server says it; else now."""
    said = getattr(request, "scope", {}).get("begun_at")
    return said if isinstance(said, datetime) else timezone.now()


@require_POST
@login_required
def chapters(request: HttpRequest) -> HttpResponse:
    """Set the chapters to the lines of ``chapters``."""
    typed = request.POST.get("chapters", "")
    try:
        describing.set_chapters(version=_current(request), text=typed)
    except Refusal as refusal:
        return _page(
            request, require_pair(_person(request)), status=refusal.status, refused={"chapters": refusal}, typed=typed
        )
    messages.success(request, _("Chapters saved."))
    return _back("describe")


@require_POST
@login_required
def appearances(request: HttpRequest) -> HttpResponse:
    """Set who is seen or heard when: a field ``member-<id>`` each."""
    version = _current(request)
    members = list(version.capsule.pair.members.all())
    moments = {person.pk: request.POST.get(f"member-{person.pk}", "") for person in members}
    try:
        describing.set_appearances(version=version, members=members, moments=moments)
    except Refusal as refusal:
        refused = {"appearances": refusal}
        return _page(
            request, version.capsule.pair, status=refusal.status, refused=refused, members=as_typed(version, moments)
        )
    messages.success(request, _("Saved: who is seen or heard, and when."))
    return _back("describe")


@require_POST
@login_required
def captions(request: HttpRequest) -> HttpResponse:
    """Take subtitles in one ``language``; a second file replaces the first."""
    version = _current(request)
    sent = request.FILES.get("file")
    content = sent.read(LIMIT_BYTES + 1) if sent else b""
    try:
        describing.set_captions(
            version=version, author=_person(request), language=request.POST.get("language", ""), content=content
        )
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("Subtitles saved."))
    return _back("describe")


@require_POST
@login_required
def remove_captions(request: HttpRequest, language: str) -> HttpResponse:
    version = _current(request)
    found = Captions.objects.filter(version=version, language=language).select_related("version__capsule__pair").first()
    if found is not None:
        try:
            describing.remove_captions(captions=found)
        except Refusal as refusal:
            say(request, refusal)
    return _back("describe")


def _current(request: HttpRequest) -> CapsuleVersion:
    """The version that counts of this person's pair. Raises Http404 without a pair."""
    found = current_of(require_pair(_person(request)))
    if found is None:
        raise Http404("no capsule yet")
    return found


def _back(anchor: str) -> HttpResponse:
    return redirect(f"{reverse('capsules:capsule')}#{anchor}")


def _declined(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if wants_json(request):
        return declined(refusal)
    pair = pair_of(_person(request))
    if pair is None:
        say(request, refusal)
        return redirect("home")
    return _page(request, pair, status=refusal.status, refusal=refusal)


def _page(request: HttpRequest, pair: Pair, *, status: int = 200, **more: Any) -> HttpResponse:
    context = page_of(pair, _person(request)) | more
    with timezone.override(pair.course.zone):
        return render(request, "capsules/capsule.html", context, status=status)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
