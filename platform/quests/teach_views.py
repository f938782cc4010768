"""The instructors' page of quests: which there are, which changed since they were answered, and judging again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from challenges.catalogue import CATALOGUE
from challenges.spec import load_cards
from courses.access import access_pair, course_of, require_instructor
from quests import locks, rejudging
from quests.forms import UnlockForm
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


@require_POST
@login_required
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a quest for one pair, and add attempts to it."""
    person = _instructor(request)
    pair = access_pair(person, pk)
    form = UnlockForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a quest, and at most 20 attempts at a time."))
        return redirect("teach:pair", pk)
    card = find_card(form.cleaned_data["card"])
    quest = find_quest(card, form.cleaned_data["quest"])
    locks.unlock(
        instructor=person, pair=pair, card=card, quest=quest, extra_attempts=form.cleaned_data["extra_attempts"]
    )
    title = quest.title.get((get_language() or "en")[:2], quest.title["en"])
    messages.success(request, _("“%(title)s” is open for pair %(pair)s.") % {"title": title, "pair": pair.name})
    return redirect("teach:pair", pk)


def _instructor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    require_instructor(request.user)
    return request.user
