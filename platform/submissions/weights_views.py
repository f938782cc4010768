"""The course's checkpoint, brought by an instructor: it arrives and is read as any stranger's file."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import Refusal
from accounts.models import User
from courses.access import course_of, require_instructor
from courses.models import Course
from courses.official_weights import OFFICIAL
from courses.registration import register_file
from submissions.replies import declined, wants_json
from submissions.streaming import FileHandler, receives_checkpoint


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
@receives_checkpoint
def weights(request: HttpRequest, handler: FileHandler) -> HttpResponse:
    """The checkpoints registered for the course; the newest is the one that questions are about."""
    assert isinstance(request.user, User)
    require_instructor(request.user)
    course = course_of(request.user)
    if request.method == "GET":
        return render(request, "courses/teach_weights.html", _context(course))
    try:
        upload = handler.take()
        registered = register_file(course=course, file=upload.path, name=upload.name)
        upload.discard()
    except Refusal as refusal:
        if wants_json(request):
            return declined(refusal)
        context = _context(course) | {"refusal": refusal}
        return render(request, "courses/teach_weights.html", context, status=refusal.status)
    said = _("Questions about a weight are now about %(name)s (%(architecture)s).")
    messages.success(request, said % {"name": registered.name, "architecture": registered.architecture})
    address = reverse("teach:weights")
    return JsonResponse({"address": address}) if wants_json(request) else redirect(address)


def _context(course: Course) -> dict[str, Any]:
    return {
        "course": course,
        "weights": course.weights.all(),
        "official": list(OFFICIAL.values()),
        "limit_bytes": settings.CHECKPOINT_LIMIT_BYTES,
    }
