"""The pages of detections: choose a checkpoint for a clip, follow the run, watch both films side by side."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from datasets.access import access_clip
from datasets.models import Clip
from grading.queries import files_are_taken
from inference import refusals
from inference.access import access_run, checkpoints_for, runs_on
from inference.figures import timeline_figure
from inference.models import Run
from inference.queries import rows_of, status_of
from inference.services import Choices, remove_run, runs_left, start_run, stop_run, usual_image_size
from submissions.queries import statuses_of

#: How many of a clip's newest detections its page lists, and how many checkpoints it offers.
LIST_LENGTH = 50
SPEEDS = (0.25, 0.5, 1, 1.5, 2)
IMAGE_SIZES = (320, 416, 512, 640, 768, 960, 1280)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def runs(request: HttpRequest, clip_id: int) -> HttpResponse:
    """A clip's detections, and the form that starts one."""
    person = _person(request)
    clip = access_clip(person, clip_id)
    if request.method == "GET":
        return render(request, "inference/runs.html", _list_context(clip))
    try:
        choices = _choices(request)
        run = start_run(clip=clip, submission_pk=_whole(request, "submission"), author=person, choices=choices)
    except Refusal as refusal:
        context = _list_context(clip) | {"refusal": refusal, "typed": request.POST}
        return render(request, "inference/runs.html", context, status=refusal.status)
    if run.recognised:
        messages.info(request, _("This detection was made before: here it is."))
    return redirect("inference:run", clip_id=clip.pk, run_id=run.pk)


@require_GET
@never_cache
@login_required
def run(request: HttpRequest, clip_id: int, run_id: int) -> HttpResponse:
    """Where a detection stands and what came out; for htmx its middle alone."""
    found = access_run(_person(request), clip_id, run_id)
    partial = request.htmx  # type: ignore[attr-defined]
    context = _context(found)
    if partial and not found.is_working:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"  # films and figures come with the whole page
        return response
    return render(request, "inference/_run.html" if partial else "inference/run.html", context)


@require_POST
@login_required
def stop(request: HttpRequest, clip_id: int, run_id: int) -> HttpResponse:
    """Stop a detection that waits or runs."""
    found = access_run(_person(request), clip_id, run_id)
    try:
        stop_run(run=found, person=_person(request))
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("Stopped. It does not count."))
    return redirect("inference:run", clip_id=clip_id, run_id=run_id)


@require_POST
@login_required
def delete(request: HttpRequest, clip_id: int, run_id: int) -> HttpResponse:
    """Remove a detection and its film."""
    found = access_run(_person(request), clip_id, run_id)
    remove_run(run=found, person=_person(request))
    messages.success(request, _("The detection and its film are gone."))
    return redirect("inference:runs", clip_id=clip_id)


def _choices(request: HttpRequest) -> Choices:
    """What the form says; Refusal for what is no number."""
    size = _whole(request, "image_size")
    if size is None:
        raise refusals.bad_settings("image_size")
    return Choices(size, _ratio(request, "confidence"), _ratio(request, "iou"))


def _whole(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _ratio(request: HttpRequest, name: str) -> float:
    """With a point or a comma, as people write it."""
    try:
        return round(float(request.POST.get(name, "").replace(",", ".")), 4)
    except ValueError as error:
        raise refusals.bad_settings(name) from error


def _list_context(clip: Clip) -> dict[str, Any]:
    submissions = list(checkpoints_for(clip)[:LIST_LENGTH])
    usual = usual_image_size(submissions[0]) if submissions else IMAGE_SIZES[0]
    return {
        "clip": clip,
        "checkpoints": statuses_of(submissions),
        "rows": rows_of(runs_on(clip)[:LIST_LENGTH]),
        "sizes": sorted({*IMAGE_SIZES, usual}),
        "usual": {"image_size": usual, "confidence": "0.25", "iou": "0.45"},
        "left": runs_left(clip.pair),
        "limit": settings.DETECTIONS_PER_DAY,
        "is_ready": clip.copy_id is not None,
    }


def _context(found: Run) -> dict[str, Any]:
    status = status_of(found)
    return {
        "run": found,
        "clip": found.clip,
        "status": status,
        "is_waiting": found.is_working,
        "is_unattended": found.is_working and not files_are_taken(),
        **(_result(found) if found.video_id is not None and found.timeline else {}),
    }


def _result(found: Run) -> dict[str, Any]:
    """What only a finished detection shows."""
    timeline: dict[str, Any] = found.timeline or {}
    facts: dict[str, Any] = found.facts or {}
    frame_rate = timeline["frames"] / timeline["seconds"] if timeline["seconds"] else 30.0
    rows = [row | {"share": row["frames"] / timeline["frames"]} for row in timeline["classes"]]
    return {
        "figure": timeline_figure(timeline) if rows else None,
        "timeline": timeline | {"classes": rows},
        "original": reverse("datasets:video", args=[found.clip_id]),
        "frame_rate": frame_rate,
        "frame_seconds": round(1 / frame_rate, 5),
        "pace": facts["frames"] / max(facts["spent_seconds"]["detect"], 0.001),
        "speeds": SPEEDS,
    }


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
