"""The instructors' page of quests: which there are, which changed since they were answered, and judging again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from challenges.catalogue import CATALOGUE
from challenges.spec import load_cards
from courses.access import course_of, require_instructor
from quests import rejudging
from quests.queries import find_card, find_quest


@require_GET
@never_cache
@login_required
def quests(request: HttpRequest) -> HttpResponse:
    """Every card with its quests; what changed since some pairs began it comes first."""
    course = course_of(_instructor(request))
    context = {
        "cards": load_cards(),
        "outdated": rejudging.outdated(course),
        "problem": CATALOGUE.problem,
        "rejudgements": course.rejudgements.select_related("judged_by")[:10],
    }
    return render(request, "quests/teach_quests.html", context)


@require_GET
@never_cache
@login_required
def compare(request: HttpRequest, card: str, quest: str) -> HttpResponse:
    """What judging again would change; nothing is written."""
    course = course_of(_instructor(request))
    found = find_quest(find_card(card), quest)
    comparison = rejudging.compare(course=course, quest=found)
    if not comparison.pairs:
        raise Http404("nothing to judge again")
    return render(request, "quests/teach_compare.html", {"card": find_card(card), "comparison": comparison})


@require_POST
@login_required
def judge_again(request: HttpRequest, card: str, quest: str) -> HttpResponse:
    """Write the differences down."""
    person = _instructor(request)
    found = find_quest(find_card(card), quest)
    comparison = rejudging.apply(course=course_of(person), quest=found, by=person)
    changed = len(comparison.differences)
    messages.success(request, _("Judged again: %(changed)s answers changed.") % {"changed": changed})
    return redirect("teach:quests")


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
