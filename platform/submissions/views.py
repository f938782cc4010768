"""The page of a task, its public data, and the place to hand in."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from courses.configurations import configuration_of
from courses.downloads import download
from courses.draw import SIZES
from courses.models import Pair
from grader import SubmissionError
from grading.models import GradingJob
from submissions import refusals
from submissions.access import access_task, pair_in, submissions_of
from submissions.models import Submission, Task
from submissions.public_data import archive_of
from submissions.queries import best_of, describe_task, statuses_of
from submissions.quotas import quota_of
from submissions.replies import declined, wants_json
from submissions.services import submit_checkpoint
from submissions.streaming import FileHandler, receives_checkpoint
from submissions.tasks import task_spec

#: Published networks that the field suggests; others may be typed.
CONFIGURATIONS = [f"{family}{size}" for family in ("yolov5", "yolov8", "yolo11", "yolo12", "yolo26") for size in SIZES]
#: How many of a pair's newest submissions its page lists.
LIST_LENGTH = 50


@require_GET
@never_cache
@login_required
def task(request: HttpRequest, task: str) -> HttpResponse:
    """What the task is, its public data, the place to hand in, and what this pair handed in."""
    return render(request, "submissions/task.html", _task_context(request, access_task(_person(request), task)))


@require_GET
@login_required
def data(request: HttpRequest, task: str) -> HttpResponseBase:
    """The train and val splits as a zip; never anything of the hidden test split."""
    found = access_task(_person(request), task)
    try:
        archive = archive_of(found)
    except Refusal as refusal:
        return _declined(request, found, refusal)
    return download(archive, name=f"{found.slug}.zip", content_type="application/zip", request=request)


@require_POST
@never_cache
@login_required
@receives_checkpoint
def hand_in(request: HttpRequest, handler: FileHandler, task: str) -> HttpResponse:
    """Take a checkpoint from the form. The page's script asks for JSON and goes where the answer says."""
    person = _person(request)
    found = access_task(person, task)
    try:
        submission = _submit(found, person, request, handler)
    except (Refusal, SubmissionError) as refusal:
        return _declined(request, found, refusal)
    if submission.recognised:
        messages.info(request, _what_is_known(submission))
    address = reverse("submissions:submission", args=[submission.pk])
    return JsonResponse({"address": address}) if wants_json(request) else redirect(address)


def _what_is_known(submission: Submission) -> str:
    """Of a file that the pair had handed in before."""
    status = submission.job.status if submission.job else ""
    if status == GradingJob.Status.DONE:
        return _("We know this file: here is what it scored when you handed it in.")
    if status == GradingJob.Status.REFUSED:
        return _("We know this file: it was refused when you handed it in, and still is.")
    return _("We know this file: this is the submission that it belongs to.")


def _submit(task: Task, person: User, request: HttpRequest, handler: FileHandler) -> Submission:
    pair = pair_in(task, person)
    if pair is None:
        raise refusals.no_pair()
    upload = handler.take()
    named = request.POST.get("configuration", "").strip()
    return submit_checkpoint(task=task, pair=pair, author=person, upload=upload, configuration=named)


def _declined(request: HttpRequest, task: Task, refusal: Refusal | SubmissionError) -> HttpResponse:
    if wants_json(request):
        return declined(refusal)
    context = _task_context(request, task) | {"refusal": refusal}
    return render(request, "submissions/task.html", context, status=getattr(refusal, "status", 400))


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _best(task: Task, pair: Pair | None, own: list[dict[str, Any]]) -> float | None:
    """Of all that the pair handed in, not only of what its page lists."""
    if pair is not None and len(own) == LIST_LENGTH:
        return best_of(task, pair)
    return max((one["score"] for one in own if one["score"] is not None), default=None)


def _task_context(request: HttpRequest, task: Task) -> dict[str, Any]:
    person = _person(request)
    pair = pair_in(task, person)
    own = statuses_of(submissions_of(person).filter(task=task, pair=pair)[:LIST_LENGTH]) if pair else []
    return {
        "task": task,
        "rules": describe_task(task),
        "spec": task_spec(task),
        "pair": pair,
        "submissions": own,
        "best": _best(task, pair, own),
        "quota": quota_of(pair, task) if pair else None,
        "lot": configuration_of(pair),
        "configurations": CONFIGURATIONS,
        "limit_bytes": settings.CHECKPOINT_LIMIT_BYTES,
    }
