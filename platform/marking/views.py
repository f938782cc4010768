"""What a pair reads: the rubric beforehand, its mark once it is told, and the place to ask about it."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Refusal
from accounts.models import User
from accounts.telling import say
from capsules.models import Capsule
from courses.access import course_of, require_pair
from marking import appeals
from marking.access import own_mark, rules_of
from marking.computing import personal_mark
from marking.models import Mark, RubricVersion
from marking.sheet import lay_out
from marking.versions import current_version


@require_GET
@never_cache
@login_required
def rubric(request: HttpRequest) -> HttpResponse:
    """By what capsules are judged: for the students and the instructors of a course."""
    version = current_version(course_of(_person(request)))
    context = {"version": version, "rubric": version.rubric, "sheet": lay_out(version.rubric)}
    return render(request, "marking/rubric.html", context)


@require_GET
@never_cache
@login_required
def mark(request: HttpRequest) -> HttpResponse:
    """One's own pair's mark, once it is told; before that, when it will be."""
    person = _person(request)
    return render(request, "marking/mark.html", _context(person, own_mark(person)))


@require_POST
@never_cache
@login_required
def appeal(request: HttpRequest) -> HttpResponse:
    """Ask for one's mark to be looked at again. What was typed comes back when it is declined."""
    person = _person(request)
    found = own_mark(person)
    if found is None:
        raise Http404("no mark")
    text = request.POST.get("text", "")
    try:
        appeals.appeal(author=person, mark=found, text=text)
    except Refusal as refusal:
        say(request, refusal)
        return render(request, "marking/mark.html", _context(person, found) | {"typed": text}, status=refusal.status)
    messages.success(request, _("Your instructors have your question. Their answer comes here."))
    return redirect("marking:mark")


def _context(person: User, found: Mark | None) -> dict[str, Any]:
    pair = require_pair(person)
    rules = rules_of(pair.course)
    context: dict[str, Any] = {"pair": pair, "rules": rules, "zone": pair.course.zone, "mark": found}
    if found is None or found.published is None:
        handed_in = Capsule.objects.filter(pair=pair, current__isnull=False).exists()
        return context | {"handed_in": handed_in}
    told = found.published
    version = RubricVersion.objects.get(pk=told["rubric"], course=pair.course)
    own = told["adjustments"].get(str(person.pk))
    mark = Decimal(told["mark"])
    return context | {
        "told": told,
        "sheet": lay_out(version.rubric, told["cells"]),
        "rubric": version.rubric,
        "version": version,
        "is_overridden": bool(told["override_reason"]),
        "own": own,
        "own_mark": personal_mark(mark, Decimal(own["delta"])) if own else mark,
        "is_reopened": found.state == Mark.State.REOPENED,
        "appeals": list(found.appeals.select_related("author")),
        "may_appeal": appeals.takes_appeals(rules) and not found.appeals.filter(state="open").exists(),
    }


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
