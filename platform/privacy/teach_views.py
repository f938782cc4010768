"""A course's privacy, for those who teach it: consents, dates, requests; one person's data, taken away or removed."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import consents
from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from courses.access import course_of, require_instructor
from courses.models import Course
from privacy import forgetting, services
from privacy import retention as keeping
from privacy.exporting import export
from privacy.forms import RetentionForm
from privacy.models import ErasureRequest


@require_GET
@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Who agreed to what, how long films are kept, who asks to be forgotten."""
    course = course_of(_teacher(request))
    rules = keeping.rules_of(course)
    first = {"clips_until": rules.clips_until, "capsules_until": rules.capsules_until}
    return render(
        request, "privacy/teach_privacy.html", _context(course, RetentionForm(initial=first, today=_day(course)))
    )


@require_POST
@login_required
def retention(request: HttpRequest) -> HttpResponse:
    """Other dates; one that is over already wants a tick."""
    teacher = _teacher(request)
    course = course_of(teacher)
    form = RetentionForm(request.POST, today=_day(course))
    if not form.is_valid():
        return render(request, "privacy/teach_privacy.html", _context(course, form), status=400)
    days = {name: form.cleaned_data[name] for name in ("clips_until", "capsules_until")}
    services.set_retention(course=course, instructor=teacher, **days)
    messages.success(request, _("The dates are saved."))
    return redirect("teach:privacy")


@require_GET
@never_cache
@login_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: what was agreed to, and what forgetting them would do."""
    return render(request, "privacy/teach_person.html", _about(forgetting.access_person(_decider(request), pk)))


@require_POST
@login_required
def person_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Somebody's data, for them; the trace says who took it."""
    teacher = _decider(request)
    found = forgetting.access_person(teacher, pk)
    services.record_export(person=found, instructor=teacher)
    return export(found)


@require_POST
@login_required
def person_forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget somebody, whose sign-in name was typed."""
    teacher = _decider(request)
    found = forgetting.access_person(teacher, pk)
    try:
        forgetting.forget(person=found, actor=teacher, typed=request.POST.get("typed", ""))
    except Refusal as refusal:
        say(request, refusal)
        return render(request, "privacy/teach_person.html", _about(found), status=refusal.status)
    messages.success(request, _("This person is forgotten: nothing here names them any more."))
    return redirect("teach:privacy")


def _context(course: Course, form: RetentionForm) -> dict[str, Any]:
    people = list(User.objects.filter(pairs__course=course).distinct().order_by("last_name", "first_name", "username"))
    answers = consents.answers_of(people)
    asking = set(ErasureRequest.objects.filter(person__in=people).values_list("person", flat=True))
    rules, now = keeping.rules_of(course), timezone.now()
    return {
        "course": course,
        "form": form,
        "is_over": any(keeping.is_over(until, course, now) for until in (rules.clips_until, rules.capsules_until)),
        "clips": keeping.clips_due(course),
        "capsules": keeping.capsules_due(course),
        "kinds": consents.QUESTIONS.items(),
        "people": [
            (each, [answers.get(each.pk, {}).get(kind) for kind in consents.KINDS], each.pk in asking)
            for each in people
        ],
        "asking": len(asking),
    }


def _said(answers: Mapping[int, Mapping[str, bool]], person: User, kind: str) -> bool | None:
    return answers.get(person.pk, {}).get(kind)


def _about(found: User) -> dict[str, Any]:
    return {
        "person": found,
        "preview": forgetting.preview(found),
        "questions": consents.questions_for(found),
        "asked": ErasureRequest.objects.filter(person=found).first(),
    }


def _day(course: Course) -> Any:
    return timezone.now().astimezone(course.zone).date()


def _teacher(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user


def _decider(request: HttpRequest) -> User:
    """An instructor, or an administrator who teaches nothing."""
    assert isinstance(request.user, User)
    if not request.user.is_superuser:
        require_instructor(request.user)
    return request.user
