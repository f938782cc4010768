"""What a person reads and decides about their own data."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import consents
from accounts.models import User
from courses.access import pair_of
from privacy import services
from privacy.exporting import export
from privacy.models import ErasureRequest
from privacy.retention import rules_of

SAID = {"yes": True, "no": False}


@require_GET
@never_cache
@login_required
def privacy(request: HttpRequest) -> HttpResponse:
    """What I agreed to, what is kept of me and until when, and what I can ask for."""
    person = _person(request)
    pair = pair_of(person)
    context = {
        "questions": consents.questions_for(person),
        "pair": pair,
        "retention": rules_of(pair.course) if pair else None,
        "asked": ErasureRequest.objects.filter(person=person).first(),
        "teachers": list(User.objects.filter(courses_taught__pairs__members=person).distinct()),
    }
    return render(request, "privacy/mine.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def consent(request: HttpRequest) -> HttpResponse:
    """The questions about one's image; ``?next=…`` is where one was going. Leaving one open is an answer too."""
    person, onwards = _person(request), _onwards(request)
    if request.method == "GET":
        context = {"questions": consents.questions_for(person), "onwards": onwards}
        return render(request, "privacy/consent.html", context)
    said = {kind: SAID[word] for kind in consents.KINDS if (word := request.POST.get(kind, "")) in SAID}
    if consents.answer(person=person, answers=said):
        messages.success(request, _("Your answers are kept. You can change them here at any time."))
    if not all(asked.answer for asked in consents.questions_for(person)):
        request.session[consents.LATER] = True
    return redirect(onwards or "privacy:mine")


@require_POST
@login_required
def take_away(request: HttpRequest) -> HttpResponseBase:
    """Everything about me, as a zip; by POST, so that no link of another site sets it off."""
    return export(_person(request))


@require_POST
@login_required
def request_erasure(request: HttpRequest) -> HttpResponse:
    """Ask to be forgotten, or take it back. An instructor does it, having seen what would go."""
    person = _person(request)
    if request.POST.get("action") == "withdraw":
        services.withdraw_request(person=person)
        messages.success(request, _("Your request is withdrawn; nothing was removed."))
    elif not person.is_instructor:
        address = request.build_absolute_uri(reverse("teach:privacy-person", args=[person.pk]))
        services.ask_to_be_forgotten(person=person, words=request.POST.get("words", ""), address=address)
        messages.success(request, _("Your request is with your instructors."))
    return redirect("privacy:mine")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _onwards(request: HttpRequest) -> str:
    """The page somebody came from; empty where it is none of ours, or this one."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours and not asked.startswith(reverse("privacy:consent")) else ""
