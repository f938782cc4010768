"""Files of detections on their way out: the film with boxes, its poster, its timeline as JSON."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from inference.access import access_run
from inference.models import Run
from uploads.models import StoredFile
from uploads.serving import serve


@require_safe
@login_required
def video(request: HttpRequest, clip_id: int, run_id: int) -> HttpResponseBase:
    """The film with boxes: played in a page, or saved (``?save``)."""
    run = _run(request, clip_id, run_id)
    return _serve(request, run, run.video, "mp4", inline="save" not in request.GET)


@require_safe
@login_required
def poster(request: HttpRequest, clip_id: int, run_id: int) -> HttpResponseBase:
    run = _run(request, clip_id, run_id)
    return _serve(request, run, run.poster, "jpg", inline=True)


@require_safe
@never_cache
@login_required
def timeline(request: HttpRequest, clip_id: int, run_id: int) -> HttpResponseBase:
    """When what was seen, as numbers: bins and, where it is not too long, frame by frame."""
    run = _run(request, clip_id, run_id)
    if run.timeline is None:
        raise Http404("not made yet")
    response = JsonResponse(run.timeline, json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{_name(run)}.json"'
    return response


def _serve(request: HttpRequest, run: Run, file: StoredFile | None, suffix: str, *, inline: bool) -> HttpResponseBase:
    if file is None:
        raise Http404("not made yet")
    return serve(request, file, inline=inline, name=f"{_name(run)}.{suffix}")


def _name(run: Run) -> str:
    clip = slugify(run.clip.name.rpartition(".")[0]) or "clip"
    checkpoint = slugify(run.submission.checkpoint.original_name.rpartition(".")[0]) or "checkpoint"
    return f"{clip}-{checkpoint}-{run.pk}"


def _run(request: HttpRequest, clip_id: int, run_id: int) -> Run:
    assert isinstance(request.user, User)
    return access_run(request.user, clip_id, run_id)
