"""The page of what one has begun to send, from whichever browser, and not handed in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from courses.access import pair_of
from uploads import part_files, quotas, resumable
from uploads.unfinished import unfinished_of


@require_GET
@never_cache
@login_required
def unfinished(request: HttpRequest) -> HttpResponse:
    """Each with how much has arrived, and how much room the pair's files take."""
    person = _person(request)
    pair = pair_of(person)
    context = {
        "uploads": unfinished_of(person),
        "used_bytes": quotas.used_bytes(pair) if pair else None,
        "quota_bytes": settings.PAIR_QUOTA_BYTES,
    }
    return render(request, "uploads/unfinished.html", context)


@require_POST
@login_required
def remove(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Forget one and its bytes; the browser that had begun it forgets it when it looks again."""
    try:
        upload = resumable.access_upload(_person(request), upload_id)
    except Refusal as refusal:
        raise Http404(refusal.code) from refusal
    part_files.remove(upload)
    messages.success(request, _("Removed: %(name)s.") % {"name": upload.name})
    return redirect("uploads:unfinished")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
