"""The page of one submission: where it stands, what came out, and what its pair may do with it."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from grading.models import GradingJob
from grading.queries import worker_is_alive
from submissions import figures, report
from submissions.access import access_submission
from submissions.models import Submission
from submissions.queries import history_of_pair, status_of
from submissions.tasks import task_spec


@require_GET
@never_cache
@login_required
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one submission stands and what came out."""
    found = access_submission(_person(request), pk)
    person = _person(request)
    context = _context(found, person) | {"history": _history(found, whole=person.is_instructor)}
    return render(request, "submissions/submission.html", context)


@require_GET
@never_cache
@login_required
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """The middle of the submission's page, which it asks for again while the evaluation goes on."""
    found = access_submission(_person(request), pk)
    return render(request, "submissions/_submission.html", _context(found, _person(request)))


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _context(found: Submission, person: User) -> dict[str, Any]:
    shown = status_of(found, whole=person.is_instructor)
    is_waiting = shown["status"] in (GradingJob.Status.QUEUED, GradingJob.Status.RUNNING)
    context = {
        "submission": found,
        "status": shown,
        "spec": task_spec(found.task),
        "is_waiting": is_waiting,
        "is_unattended": is_waiting and not worker_is_alive(),
        "seconds_left": shown["seconds_left"] if is_waiting else None,
    }
    metrics: Mapping[str, Any] | None = shown["metrics"]
    return context | (_result(found, metrics, shown["score"], is_exact=person.is_instructor) if metrics else {})


def _result(found: Submission, metrics: Mapping[str, Any], score: float | None, *, is_exact: bool) -> dict[str, Any]:
    """What only an evaluated submission shows. Instructors read the exact counts."""
    convention = found.task.convention
    interval = metrics.get("interval")
    confidence = figures.against_confidence(metrics)
    precision_recall = figures.precision_recall(metrics)
    return {
        "metrics": metrics,
        "convention": convention,
        "interval": interval,
        "end": figures.ceiling([score, *(interval or ())]),
        "is_exact": is_exact,
        "report": report.as_shown(metrics, convention),
        "figure": figures.per_class(metrics),
        "curves": confidence and precision_recall and {"confidence": confidence, "precision_recall": precision_recall},
        "extremes": figures.extremes(metrics),
    }


def _history(found: Submission, *, whole: bool) -> dict[str, Any] | None:
    """The pair's scores on this task over time; None while there are too few."""
    points = history_of_pair(found.task, found.pair, whole=whole)
    return figures.history(
        [(point["submitted_at"], point["score"], point["name"], point["id"] == found.pk) for point in points]
    )
