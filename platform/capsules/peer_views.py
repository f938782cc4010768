"""Pairs that watch one another, where the instructor opened that; anybody else finds nothing here."""

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
from capsules import appreciating
from capsules.access import access_peer, rules_of
from capsules.models import Appreciation
from capsules.queries import films_appreciated_by, peers_films
from courses.access import require_pair


@require_GET
@never_cache
@login_required
def peers(request: HttpRequest) -> HttpResponse:
    """The capsules of the other pairs."""
    person = _person(request)
    pair = require_pair(person)
    if not rules_of(pair.course).peers_may_watch:
        raise Http404("not open")
    context = {"films": peers_films(person), "appreciated": films_appreciated_by(person)}
    return render(request, "capsules/peers.html", context)


@require_GET
@never_cache
@login_required
def peer(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, with the kind words to tick."""
    person = _person(request)
    version = access_peer(person, pk)
    context = {
        "version": version,
        "pair": version.capsule.pair,
        "words": Appreciation.What.choices,
        "said": appreciating.words_of(person, version),
    }
    return render(request, "capsules/peer.html", context)


@require_POST
@login_required
def appreciate(request: HttpRequest, pk: int) -> HttpResponse:
    """Set one's kind words to the ticked ones."""
    person = _person(request)
    version = access_peer(person, pk)
    try:
        appreciating.appreciate(version=version, viewer=person, words=request.POST.getlist("words"))
    except Refusal as refusal:
        say(request, refusal)
    else:
        messages.success(request, _("Thank you. The pair learns how many said it, never who."))
    return redirect("capsules:peer", pk=pk)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
