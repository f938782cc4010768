"""An instructor's desk for one task: its rules, its board, the re-evaluation of everything, files that are alike."""

from collections.abc import Callable, Sequence
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
from courses.access import course_of, require_instructor
from leaderboard import services
from leaderboard.forms import FLAGS, MakingForm, RulesForm
from leaderboard.previews import Move, preview
from leaderboard.standing import state_of
from submissions import reevaluations, refusals
from submissions.access import access_task
from submissions.models import Reevaluation, Submission, Task
from submissions.resemblances import duplicates_of
from submissions.rules import set_rules
from submissions.tasks import task_spec


@require_GET
@never_cache
@login_required
def first_task(request: HttpRequest) -> HttpResponse:
    """The course's first task; a page that says how to make one where there is none."""
    task = course_of(_instructor(request)).tasks.first()
    return render(request, "leaderboard/teach_no_task.html") if task is None else redirect("teach:task", task.slug)


@require_GET
@never_cache
@login_required
def task(request: HttpRequest, task: str) -> HttpResponse:
    """Everything that an instructor decides about a task, each with its consequence."""
    found = _task(request, task)
    return render(request, "leaderboard/teach_task.html", _context(found))


@require_GET
@never_cache
@login_required
def campaign(request: HttpRequest, task: str) -> HttpResponse:
    """The re-evaluation alone: how far it is, and what publishing it would change."""
    return render(request, "leaderboard/_campaign.html", _campaign(_task(request, task)))


@require_POST
@login_required
def rules(request: HttpRequest, task: str) -> HttpResponse:
    """Change what takes effect at once."""
    found = _task(request, task)
    form = RulesForm(request.POST)
    if not form.is_valid():
        return render(request, "leaderboard/teach_task.html", _context(found) | {"rules": form}, status=422)
    return _done(request, found, set_rules, said=_("Saved."), **form.changes())


@require_POST
@login_required
def remake(request: HttpRequest, task: str) -> HttpResponse:
    """Change what results are made with: at once while there are none, by evaluating everything again otherwise."""
    found = _task(request, task)
    form = MakingForm(request.POST)
    if not form.is_valid():
        return render(request, "leaderboard/teach_task.html", _context(found) | {"making": form}, status=422)
    if not _has_results(found):
        return _done(request, found, set_rules, said=_("Saved."), **form.changes())
    said = _("Everything is being evaluated again. Nothing changes before you publish it.")
    options = {"reason": form.cleaned_data["reason"], "changes": form.changes()}
    return _done(request, found, reevaluations.start, said=said, **options)


@require_POST
@login_required
def freeze(request: HttpRequest, task: str) -> HttpResponse:
    return _done(request, _task(request, task), services.freeze, said=_("The board stands still for the pairs."))


@require_POST
@login_required
def unfreeze(request: HttpRequest, task: str) -> HttpResponse:
    return _done(request, _task(request, task), services.unfreeze, said=_("The board moves again."))


@require_POST
@login_required
def reveal(request: HttpRequest, task: str) -> HttpResponse:
    found = _task(request, task)
    if not _is_confirmed(request):
        return redirect("teach:task", found.slug)
    return _done(request, found, services.reveal, said=_("The private part is revealed; the board is final."))


@require_POST
@login_required
def publish(request: HttpRequest, task: str) -> HttpResponse:
    return _decide(request, task, reevaluations.publish, said=_("The new results are published."))


@require_POST
@login_required
def abandon(request: HttpRequest, task: str) -> HttpResponse:
    return _decide(request, task, reevaluations.abandon, said=_("Abandoned: everything stays as it was published."))


def _decide(request: HttpRequest, task: str, write: Callable[..., Any], *, said: str) -> HttpResponse:
    found = _task(request, task)
    if not _is_confirmed(request):
        return redirect("teach:task", found.slug)
    try:
        write(campaign=_campaign_meant(request, found), instructor=_instructor(request))
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, said)
    return redirect("teach:task", found.slug)


def _campaign_meant(request: HttpRequest, task: Task) -> Reevaluation:
    """The one that the page showed: a colleague may have decided it, and begun another. Raises Refusal."""
    current = reevaluations.undecided_of(task)
    if current is None or request.POST.get("campaign", str(current.pk)) != str(current.pk):
        raise refusals.reevaluation_is_decided()
    return current


def _done(request: HttpRequest, task: Task, write: Callable[..., Any], *, said: str, **options: Any) -> HttpResponse:
    try:
        write(task=task, instructor=_instructor(request), **options)
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, said)
    return redirect("teach:task", task.slug)


def _is_confirmed(request: HttpRequest) -> bool:
    """What cannot be undone asks for a tick; browsers do not send the form without it."""
    if request.POST.get("sure"):
        return True
    messages.error(request, _("Tick the box to say that you are sure."))
    return False


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user


def _task(request: HttpRequest, slug: str) -> Task:
    return access_task(_instructor(request), slug)


def _has_results(task: Task) -> bool:
    return Submission.objects.filter(task=task, job__isnull=False).exists()


def _context(task: Task) -> dict[str, Any]:
    return {
        "tasks": list(task.course.tasks.all()),
        "spec": task_spec(task),
        "state": state_of(task),
        "rules": RulesForm.of(task),
        "making": MakingForm.of(task),
        "flags": FLAGS,
        "has_results": _has_results(task),
        "stale": None if task.revealed_at else reevaluations.stale_results(task),
        "alike": duplicates_of(task),
        **_campaign(task),
    }


def _campaign(task: Task) -> dict[str, Any]:
    current = reevaluations.undecided_of(task)
    if current is None:
        return {"task": task, "campaign": None}
    moves = preview(current) if current.state == Reevaluation.State.READY else []
    return {
        "task": task,
        "campaign": current,
        "progress": reevaluations.progress_of(current),
        "moves": moves,
        "climb": _count(moves, up=True),
        "fall": _count(moves, up=False),
    }


def _count(moves: Sequence[Move], *, up: bool) -> int:
    return sum(1 for move in moves if move.places and (move.places > 0) == up)
