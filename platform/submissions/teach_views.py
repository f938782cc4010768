"""Every submission of a course, each with its full log, and the button that evaluates one again."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from courses.access import require_instructor
from courses.configurations import lot_of
from courses.models import TrainingConfiguration
from grading.models import GradingJob
from submissions.access import access_submission, submissions_of
from submissions.lot import Found, matches_lot
from submissions.models import Submission
from submissions.queries import history_of, status_of, statuses_of
from submissions.services import rerun

PAGE_LENGTH = 50


@require_GET
@never_cache
@login_required
def submissions(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first; ``?state=failed`` for some."""
    person = _instructor(request)
    state = request.GET.get("state", "")
    rows = submissions_of(person)
    if state in GradingJob.Status.values:
        rows = rows.filter(job__status=state)
    page = Paginator(rows.distinct(), PAGE_LENGTH).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    context = {"page": page, "rows": _with_lots(shown), "state": state, "states": GradingJob.Status.values}
    return render(request, "submissions/teach_submissions.html", context)


@require_GET
@never_cache
@login_required
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """One submission with the log of every evaluation it had."""
    return render(request, "submissions/teach_submission.html", _context(request, pk))


@require_POST
@login_required
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Evaluate it again; one that waits or runs already is left to it."""
    person = _instructor(request)
    try:
        job = rerun(submission=access_submission(person, pk), instructor=person)
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("Evaluation %(number)s is in the queue.") % {"number": job.pk})
    return redirect("teach:submission", pk=pk)


def _with_lots(rows: list[Submission]) -> list[dict[str, Any]]:
    """Their statuses, and, for pairs that have a lot and files that were evaluated, whether the two match."""
    configurations = TrainingConfiguration.objects.filter(pair__in={row.pair_id for row in rows})
    lots = {configuration.pair_id: lot_of(configuration) for configuration in configurations}
    shown = []
    for row, status in zip(rows, statuses_of(rows, whole=True), strict=True):
        lot, found = lots.get(row.pair_id), (row.summary or {}).get("found")
        told = {"lot": lot, "matches_lot": matches_lot(lot, Found.from_json(found))} if lot and found else {}
        shown.append(status | told)
    return shown


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = access_submission(_instructor(request), pk)
    status = status_of(found, whole=True)
    return {
        "submission": found,
        "status": status,
        "runs": history_of(found),
        "is_waiting": status["status"] in ("queued", "running"),
    }


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
