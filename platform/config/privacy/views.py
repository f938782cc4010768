"""What a person reads and decides about their own data."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import consents
from accounts.models import User

SAID = {"yes": True, "no": False}


@require_GET
@never_cache
@login_required
def privacy(request: HttpRequest) -> HttpResponse:
    """What I agreed to, what is kept of me and until when."""
    assert isinstance(request.user, User)
    return render(request, "privacy/mine.html", {"questions": consents.questions_for(request.user)})


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def consent(request: HttpRequest) -> HttpResponse:
    """The questions about one's image; ``?next=…`` is where one was going. Leaving one open is an answer too."""
    assert isinstance(request.user, User)
    onwards = _onwards(request)
    if request.method == "GET":
        context = {"questions": consents.questions_for(request.user), "onwards": onwards}
        return render(request, "privacy/consent.html", context)
    said = {kind: SAID[word] for kind in consents.KINDS if (word := request.POST.get(kind, "")) in SAID}
    if consents.answer(person=request.user, answers=said):
        messages.success(request, _("Your answers are kept. You can change them here at any time."))
    if not all(asked.answer for asked in consents.questions_for(request.user)):
        request.session[consents.LATER] = True
    return redirect(onwards or "privacy:mine")


def _onwards(request: HttpRequest) -> str:
    """The page somebody came from; empty where it is none of ours, or this one."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours and not asked.startswith(reverse("privacy:consent")) else ""
