"""The pages of handing in: the form and what came of it, the pair's material, and its own files again."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.errors import Refusal
from accounts.models import User
from challenges.spec import Card, Quest
from courses.access import require_pair
from courses.downloads import download
from quests import queries
from quests.access import access_hand_in, access_variant
from quests.hand_in_files import path_of, picture_type
from quests.hand_in_queries import material_of, waiting_of
from quests.hand_in_uploads import TEXT_FIELD, HandInUploadHandler, receives_hand_in
from quests.hand_ins import hand_in as take
from quests.models import HandIn
from quests.templatetags.hand_ins import section_context

#: A picture that is shown on a page is nothing but a picture, wherever it is opened.
PICTURE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
@receives_hand_in
def hand_in(request: HttpRequest, handler: HandInUploadHandler, *, card: str, quest: str) -> HttpResponse:
    """Take what comes; or say where the newest hand-in stands, which its page asks again and again."""
    found_card = queries.find_card(card)
    found_quest = queries.find_quest(found_card, quest)
    if not found_quest.rules.is_handed_in:
        raise Http404("answered by typing")
    if request.method == "POST":
        return _take(request, handler, found_card, found_quest)
    if request.htmx and request.GET.get("of"):  # type: ignore[attr-defined]
        return _standing(request, found_card, found_quest)
    return _page(request, found_card, found_quest)


@require_GET
@login_required
def material(request: HttpRequest, card: str, quest: str) -> HttpResponseBase:
    """The file that was made for this pair's variant; an instructor says for which pair (``?pair=``)."""
    pair = request.GET.get("pair", "")
    return material_for(_person(request), card, quest, pair=int(pair) if pair.isdecimal() and len(pair) < 12 else None)


def material_for(person: User, card: str, quest: str, *, pair: int | None = None) -> HttpResponseBase:
    """Raises Http404 for whoever has no such variant, and where nothing was made for it."""
    made = material_of(access_variant(person, card, quest, pair=pair))
    if made is None:
        raise Http404("no material")
    return _sent(Path(settings.MATERIALS_DIR) / made.file, made.name)


@require_GET
@login_required
def hand_in_file(request: HttpRequest, pk: int, part: str) -> HttpResponseBase:
    """One file of a hand-in: always an attachment, and called a picture only where its bytes begin as one."""
    found = access_hand_in(_person(request), pk).files.filter(part=part).first()
    if found is None:
        raise Http404("no such part")
    return _sent(path_of(found), found.name)


def _sent(path: Path, name: str) -> HttpResponseBase:
    try:
        response = download(path, name=name, content_type=picture_type(path) or "application/octet-stream")
    except FileNotFoundError as error:
        raise Http404("the file is gone") from error
    response["Content-Security-Policy"] = PICTURE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _take(request: HttpRequest, handler: HandInUploadHandler, card: Card, quest: Quest) -> HttpResponse:
    person = _person(request)
    pair = require_pair(person)
    text = request.POST.get(TEXT_FIELD, "")
    try:
        row = take(pair=pair, author=person, card=card, quest=quest, files=handler.take(), text=text)
    except Refusal as refusal:
        return _page(request, card, quest, status=refusal.status, refusal=refusal, typed=text)
    if request.htmx:  # type: ignore[attr-defined]
        return _page(request, card, quest, recognised=row.recognised)
    return redirect(reverse("quests:quest", args=[card.slug, quest.slug]) + "#hand-in")


def _standing(request: HttpRequest, card: Card, quest: Quest) -> HttpResponse:
    """204 while nothing is new: htmx leaves the page as it is."""
    pair = require_pair(_person(request))
    number = request.GET["of"]
    rows = HandIn.objects.filter(variant__pair=pair, variant__card=card.slug, variant__quest=quest.slug)
    row = rows.select_related("job", "variant__pair").filter(pk=int(number) if number.isdecimal() else 0).first()
    context: dict[str, Any] = {"card": card, "quest": quest}
    if row is None or not row.is_undecided:
        return render(request, "quests/_hand_in_decided.html", context)
    waiting = waiting_of(row)
    if waiting.token == request.GET.get("seen"):
        return HttpResponse(status=204)
    address = reverse("quests:hand-in", args=[card.slug, quest.slug])
    return render(request, "quests/_hand_in_wait.html", {**context, "waiting": waiting, "address": address})


def _page(request: HttpRequest, card: Card, quest: Quest, *, status: int = 200, **more: Any) -> HttpResponse:
    """The section alone for htmx, which swaps nothing but a 200; a page of its own without."""
    pair = require_pair(_person(request))
    state = queries.quest_page(pair, card.slug, quest.slug).state
    context = section_context(request, pair, card, quest, state, **more)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "quests/_handed_in.html", context)
    return render(request, "quests/hand_in.html", context, status=status)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
