"""What changed on the cards of a pair, for pages whose sockets do not get through."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from courses.access import require_pair
from room.feeds import CardsFeed, Feed


@require_GET
@never_cache
@login_required
def card_changes(request: HttpRequest) -> HttpResponse:
    """``?since=REVISION``: what happened after it; 204 when nothing did. Without it: the whole state."""
    assert isinstance(request.user, User)
    return news(request, CardsFeed(require_pair(request.user)))


def news(request: HttpRequest, feed: Feed) -> HttpResponse:
    """The same words as over the socket."""
    since = request.GET.get("since", "")
    is_number = since.isascii() and since.isdigit() and len(since) < 19
    message = feed.since(int(since)) if is_number else feed.state()
    return HttpResponse(status=204) if message is None else JsonResponse(message)
