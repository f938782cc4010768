"""How to hand in from a terminal: the page with this site's own lines, and the client itself."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from submissions.access import access_task
from submissions.client_archive import client_archive
from submissions.queries import describe_task
from submissions.terminal_lines import lines_for


@require_GET
@never_cache
@login_required
def terminal(request: HttpRequest, task: str) -> HttpResponse:
    """The exact lines for this site and this task, to copy."""
    assert isinstance(request.user, User)
    found = access_task(request.user, task)
    site = f"{request.scheme}://{request.get_host()}"
    context = {"task": found, "rules": describe_task(found), "lines": lines_for(site, found.slug)}
    return render(request, "submissions/terminal.html", context)


@require_GET
def client(request: HttpRequest) -> HttpResponse:
    """For everybody: pip signs in nowhere, and the licence gives it to all."""
    headers = {"Content-Disposition": 'attachment; filename="dlcv.zip"'}
    return HttpResponse(client_archive(), content_type="application/zip", headers=headers)
