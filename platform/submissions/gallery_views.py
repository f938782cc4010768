"""The pages of a submission's errors, and the pictures they show: of the split that pairs hold themselves, alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from courses.downloads import show
from submissions.access import access_submission
from submissions.gallery import PICTURES, SIZES, Picture, Wanted, counts, picture_file, pictures
from submissions.models import Submission
from submissions.queries import is_held_back
from submissions.tasks import task_spec

PAGE_LENGTH: Final = 12


@require_GET
@never_cache
@login_required
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The pictures with errors, a page at a time; ``?kind=missed&class=mug&size=small`` for some of them."""
    found, gallery = _access(request, pk)
    wanted = _wanted(request, gallery)
    shown = pictures(gallery, wanted)
    page = Paginator(shown, PAGE_LENGTH).get_page(request.GET.get("page"))
    return render(
        request, "submissions/gallery.html", _context(found, gallery, wanted) | {"page": page, "total": len(shown)}
    )


@require_GET
@never_cache
@login_required
def picture(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """One picture with its boxes, and the ones before and after it among those that are looked for."""
    found, gallery = _access(request, pk)
    wanted = _wanted(request, gallery)
    shown = pictures(gallery, wanted)
    place = next((place for place, one in enumerate(shown) if one.index == index), None)
    if place is None:
        raise Http404("no such picture")
    context = _context(found, gallery, wanted) | {
        "picture": shown[place],
        "place": place + 1,
        "total": len(shown),
        "before": _neighbour(shown, place - 1),
        "after": _neighbour(shown, place + 1),
        "page_number": place // PAGE_LENGTH + 1,
    }
    return render(request, "submissions/gallery_picture.html", context)


@require_GET
@login_required
def picture_data(request: HttpRequest, pk: int, index: int) -> HttpResponseBase:
    """The picture itself. Its place in the gallery is all that is asked for: no path comes from outside."""
    found, gallery = _access(request, pk)
    root = (Path(settings.DATASETS_DIR) / found.task.data).parent
    file = picture_file(root, gallery, index)
    if file is None:
        raise Http404("no such picture")
    response = show(file, content_type=PICTURES[file.suffix.lower()])
    patch_cache_control(response, private=True, max_age=3600)  # the picture alone: no way to the sign-in, no refusal
    return response


def _access(request: HttpRequest, pk: int) -> tuple[Submission, Mapping[str, Any]]:
    """The submission and its gallery, where there is one that this person may see."""
    assert isinstance(request.user, User)
    found = access_submission(request.user, pk)
    may_see = found.task.shows_gallery and not is_held_back(found)
    if not found.gallery or not (may_see or request.user.is_instructor):
        raise Http404("no gallery")
    return found, found.gallery


def _wanted(request: HttpRequest, gallery: Mapping[str, Any]) -> Wanted:
    return Wanted.of(request.GET.dict(), list(gallery["names"]))


def _context(found: Submission, gallery: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    numbers = counts(gallery, wanted)
    return {
        "submission": found,
        "spec": task_spec(found.task),
        "confidence": gallery["confidence"],
        "names": gallery["names"],
        "sizes": SIZES,
        "wanted": wanted,
        "query": _query(wanted),
        "kinds": [("", sum(numbers.values()), _query(wanted, kind=""))]
        + [(kind, number, _query(wanted, kind=kind)) for kind, number in numbers.items()],
    }


def _query(wanted: Wanted, **other: str) -> str:
    """The address of what is looked for, without its leading mark."""
    asked = {"kind": wanted.kind, "class": wanted.name, "size": wanted.size} | other
    return urlencode({name: value for name, value in asked.items() if value})


def _neighbour(shown: list[Picture], place: int) -> Picture | None:
    return shown[place] if 0 <= place < len(shown) else None
