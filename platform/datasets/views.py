"""The pages of a pair's clips."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from courses.access import require_pair


@require_GET
@never_cache
@login_required
def clips(request: HttpRequest) -> HttpResponse:
    """What the pair filmed."""
    assert isinstance(request.user, User)
    return render(request, "datasets/clips.html", {"pair": require_pair(request.user)})
