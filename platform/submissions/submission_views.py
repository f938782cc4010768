"""The page of one submission: where it stands, what came out, and what its pair may do with it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from courses.configurations import configuration_of, lot_of
from grading.models import GradingJob
from grading.queries import files_are_taken
from submissions import figures, report
from submissions.access import access_submission, may_stop
from submissions.lot import Found, match
from submissions.models import Submission, Task
from submissions.queries import history_of_pair, log_of, status_of
from submissions.quotas import quota_of
from submissions.services import cancel, choose, unchoose
from submissions.tasks import task_spec


@require_GET
@never_cache
@login_required
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one submission stands and what came out."""
    person = _person(request)
    found = access_submission(person, pk)
    context = _context(found, person) | {"history": _history(found, whole=person.is_instructor)}
    return render(request, "submissions/submission.html", context)


@require_GET
@never_cache
@login_required
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """The middle of the submission's page, which it asks for again while the evaluation goes on."""
    found = access_submission(_person(request), pk)
    return render(request, "submissions/_submission.html", _context(found, _person(request)))


@require_POST
@login_required
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the evaluation that waits or runs."""
    return _done(request, pk, cancel, said=_("Stopped. It cost your pair nothing."))


@require_POST
@login_required
def choose_it(request: HttpRequest, pk: int) -> HttpResponse:
    """Make this the submission that counts for its pair."""
    return _done(request, pk, choose, said=_("This is the one that counts for your pair now."))


@require_POST
@login_required
def unchoose_it(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the pair's best one count again."""
    return _done(request, pk, unchoose, said=_("Your pair’s best one counts again."))


def _done(request: HttpRequest, pk: int, write: Callable[..., None], *, said: str) -> HttpResponse:
    found = access_submission(_person(request), pk)
    try:
        write(submission=found, person=_person(request))
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, said)
    return redirect("submissions:submission", pk=pk)


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
        "may_stop": is_waiting and may_stop(found, person),
        "is_unattended": is_waiting and not files_are_taken(),
        "seconds_left": shown["seconds_left"] if is_waiting else None,
        "log": "" if is_waiting else "\n".join(log_of(found, whole=person.is_instructor)),
        "record": shown["record"],
        "quota": None if person.is_instructor else quota_of(found.pair, found.task),
        "may_choose": _may_choose(found, person),
    }
    metrics: Mapping[str, Any] | None = shown["metrics"]
    return context | (_result(found, shown, metrics, is_exact=person.is_instructor) if metrics else {})


def _result(
    found: Submission, shown: Mapping[str, Any], metrics: Mapping[str, Any], *, is_exact: bool
) -> dict[str, Any]:
    """What only an evaluated submission shows. Instructors read the exact counts."""
    convention, metric = found.task.convention, task_spec(found.task).metric
    interval = (metrics.get("intervals") or {}).get(metric) or metrics.get("interval")
    confidence = figures.against_confidence(metrics)
    precision_recall = figures.precision_recall(metrics)
    return {
        "metrics": metrics,
        "convention": convention,
        "interval": interval,
        "end": figures.ceiling([shown["score"], *(interval or ())]),
        "part": "public" if found.task.has_parts else "whole",
        "is_exact": is_exact,
        "report": report.as_shown(metrics, convention),
        "figure": figures.per_class(metrics),
        "curves": confidence and precision_recall and {"confidence": confidence, "precision_recall": precision_recall},
        "extremes": figures.extremes(metrics),
        "lot": lot_rows(found),
        "has_gallery": bool(found.gallery) and (found.task.shows_gallery or is_exact),
    }


def lot_rows(found: Submission) -> list[dict[str, Any]]:
    """What the lot gave the pair beside what is in its file; empty before the draw."""
    configuration = configuration_of(found.pair)
    said = (found.summary or {}).get("found")
    if configuration is None or said is None:
        return []
    matches = match(lot_of(configuration), Found.from_json(said), task_spec(found.task).classes)
    return [
        {"what": what, "declared": one.declared, "found": one.found, "matches": one.matches}
        for what, one in matches.items()
    ]


def _may_choose(found: Submission, person: User) -> bool:
    task = found.task
    is_open = task.final_rule == Task.FinalRule.CHOSEN and not (task.frozen_at or task.revealed_at)
    return is_open and not person.is_instructor and found.score is not None


def _history(found: Submission, *, whole: bool) -> dict[str, Any] | None:
    """The pair's scores on this task over time; None while there are too few."""
    points = history_of_pair(found.task, found.pair, whole=whole)
    return figures.history(
        [(point["submitted_at"], point["score"], point["name"], point["id"] == found.pk) for point in points]
    )
