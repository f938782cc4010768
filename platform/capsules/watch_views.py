"""What a page that shows a film asks for: its bytes, and the comments that go with it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from capsules import commenting, refusals
from capsules.access import access_comment, access_film, access_version, reads_comments
from capsules.drawing import read_drawing
from capsules.models import CapsuleVersion, Comment
from capsules.showing import list_context
from capsules.timecodes import read_moment, read_time
from uploads.models import StoredFile
from uploads.serving import serve


@require_safe
@login_required
def film(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The clean copy, in pieces where the browser asks for pieces."""
    return _served(request, access_film(_person(request), pk).copy, content_type="video/mp4")


@require_safe
@login_required
def poster(request: HttpRequest, pk: int) -> HttpResponseBase:
    return _served(request, access_film(_person(request), pk).poster, content_type="image/jpeg")


@require_safe
@login_required
def original(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it came, to keep: never shown, and only once it was found to be a film."""
    version = access_version(_person(request), pk)
    if version.source is None or version.facts is None:
        raise Http404("not there")
    return serve(request, version.source, inline=False, name=version.name)


def _served(request: HttpRequest, stored: StoredFile | None, *, content_type: str) -> HttpResponseBase:
    if stored is None:
        raise Http404("not there")
    return serve(request, stored, inline=True, content_type=content_type)


@require_safe
@login_required
def captions(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Subtitles, as we wrote them."""
    version = access_film(_person(request), pk)
    found = version.captions.filter(language=language).first()
    if found is None:
        raise Http404("no such subtitles")
    response = HttpResponse(found.text, content_type="text/vtt; charset=utf-8")
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def comments(request: HttpRequest, pk: int) -> HttpResponse:
    """The comments of a version; a POST adds one at a moment, or an answer to ``thread``."""
    person = _person(request)
    version = access_version(person, pk)
    if request.method == "GET":
        return _list(request, version)
    try:
        said = commenting.comment(
            version=version,
            author=person,
            text=request.POST.get("text", ""),
            at_seconds=_moment(request),
            drawing=read_drawing(request.POST.get("drawing", "")),
            thread=_thread(person, version, request.POST.get("thread", "")),
        )
    except Refusal as refusal:
        return _refused(request, version, refusal)
    return _done(request, version, f"comment-{said.pk}", event="comment-said")


@require_POST
@never_cache
@login_required
def edit_comment(request: HttpRequest, pk: int) -> HttpResponse:
    found = access_comment(_person(request), pk)
    try:
        commenting.edit_comment(comment=found, author=_person(request), text=request.POST.get("text", ""))
    except Refusal as refusal:
        return _refused(request, found.version, refusal)
    return _done(request, found.version, f"comment-{found.pk}")


@require_POST
@never_cache
@login_required
def remove_comment(request: HttpRequest, pk: int) -> HttpResponse:
    found = access_comment(_person(request), pk)
    try:
        commenting.remove_comment(comment=found, author=_person(request))
    except Refusal as refusal:
        return _refused(request, found.version, refusal)
    return _done(request, found.version, "comments")


def _moment(request: HttpRequest) -> float | None:
    """``moment`` in seconds, as the script says it; else ``at`` as it was typed. Raises Refusal for what is neither."""
    exact, typed = request.POST.get("moment", ""), request.POST.get("at", "").strip()
    if exact:
        found = read_moment(exact)
    elif typed:
        found = read_time(typed)
    else:
        return None
    if found is None:
        raise refusals.no_moment()
    return found


def _thread(person: User, version: CapsuleVersion, said: str) -> Comment | None:
    if not said:
        return None
    found = version.comments.filter(pk=int(said) if said.isdecimal() and len(said) < 16 else 0, is_removed=False)
    thread = found.select_related("thread").first()
    if thread is None or not reads_comments(person, version):
        raise Http404("no such comment")
    return thread


def _list(request: HttpRequest, version: CapsuleVersion, **more: Any) -> HttpResponse:
    return render(request, "capsules/_comments.html", list_context(version, _person(request)) | more)


def _done(request: HttpRequest, version: CapsuleVersion, anchor: str, event: str = "") -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        response = _list(request, version)
        if event:
            response["HX-Trigger"] = event
        return response
    return redirect(f"{_page_of(request, version)}#{anchor}")


def _refused(request: HttpRequest, version: CapsuleVersion, refusal: Refusal) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return _list(request, version, refusal=refusal)
    say(request, refusal)
    return redirect(_page_of(request, version))


def _page_of(request: HttpRequest, version: CapsuleVersion) -> str:
    """The page that the form was on, where it is one of ours."""
    named = request.POST.get("next", "")
    if named and url_has_allowed_host_and_scheme(named, allowed_hosts=None):
        return named
    if _person(request).is_instructor:
        return reverse("teach:capsule", args=[version.capsule_id])
    return reverse("capsules:capsule")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
