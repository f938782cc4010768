"""Files of clips on their way out: the copy to play, its pictures, and zips of frames."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from courses.access import require_pair
from datasets.access import access_clip
from datasets.frame_archives import FrameArchive, archive_of_clip, archive_of_pair
from datasets.sending import send
from uploads.models import StoredFile
from uploads.serving import serve

TYPES = {"copy": ("video/mp4", "mp4"), "poster": ("image/jpeg", "jpg"), "sheet": ("image/jpeg", "jpg")}


@require_safe
@login_required
def stored(request: HttpRequest, pk: int, what: str) -> HttpResponseBase:
    """The copy, the poster or the contact sheet of a clip."""
    clip = access_clip(_person(request), pk)
    file: StoredFile | None = getattr(clip, what)
    if file is None:
        raise Http404("not made yet")
    content_type, suffix = TYPES[what]
    name = f"{slugify(clip.name.rpartition('.')[0]) or 'clip'}.{suffix}"
    return serve(request, file, inline=True, name=name, content_type=content_type)


@require_safe
@login_required
def frames(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The frames of one clip, in the data set's folders."""
    clip = access_clip(_person(request), pk)
    return send_archive(request, lambda: archive_of_clip(clip), otherwise=reverse("datasets:clip", args=[pk]))


@require_safe
@login_required
def frames_of_pair(request: HttpRequest) -> HttpResponseBase:
    """The frames of all of one's pair's clips."""
    pair = require_pair(_person(request))
    return send_archive(request, lambda: archive_of_pair(pair), otherwise=reverse("datasets:clips"))


def send_archive(request: HttpRequest, make: Callable[[], FrameArchive], *, otherwise: str) -> HttpResponseBase:
    """The zip; back to the page ``otherwise`` while there is none. Raises Http404 when its files are gone."""
    try:
        archive = make()
    except Refusal as refusal:
        say(request, refusal)
        return redirect(otherwise)
    except FileNotFoundError as error:
        raise Http404("the frames are gone") from error
    return send(request, archive)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
