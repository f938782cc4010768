"""The front door, the instructors' status page, and the pages one does not want to see."""

import logging
import secrets
import sys

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from challenges.spec import load_cards
from config import machine
from courses.access import pair_of, require_instructor
from courses.arrivals import disk_is_full, is_disk_full

logger = logging.getLogger(__name__)


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Everybody starts on the page they came for."""
    assert isinstance(request.user, User)
    if request.user.is_instructor:
        return redirect("teach:overview")
    if pair_of(request.user) is None:
        return render(request, "waiting_for_a_pair.html")
    return redirect("quests:card", load_cards()[0].slug)


@require_GET
@never_cache
@login_required
def status(request: HttpRequest) -> HttpResponse:
    """For instructors: which walls stand here, whether the worker lives, what waits, how full the disk is."""
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return render(request, "status.html", machine.report())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is refused before any view has read it: a form larger than forms are, a host that is none of ours."""
    is_too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    context = {"is_too_large": is_too_large, "limit_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
    return render(request, "400.html", context, status=413 if is_too_large else 400)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Says sorry with an id that stands beside the traceback in our log; the page itself needs no database."""
    error_id = secrets.token_hex(4)
    logger.error("error %s: %s %r", error_id, request.method, request.path, exc_info=True)
    full = disk_is_full() if is_disk_full(sys.exc_info()[1]) else None
    context = {"error_id": error_id, "refusal": full}
    return render(request, "500.html", context, status=full.status if full else 500)
