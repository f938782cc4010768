"""What the room needs to know of a page of the game before it is drawn: at which revision, and that it was opened.

The revision is read before anything else, so that whatever happens meanwhile is told to the page.
"""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from challenges.spec import load_cards
from room.models import Journal
from room.services import note_opening

GAME: Final = "quests"
QUEST: Final = "quest"


class LiveCard:
    """Leaves ``request.live_revision`` for the page's head (``config/templates/base.html``); None on other pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, arguments: Any, names: Any) -> None:
        match = request.resolver_match
        is_page = match is not None and match.app_name == GAME and "HX-Request" not in request.headers
        if is_page and isinstance(request.user, User) and not request.user.is_instructor:
            request.live_revision = _revision(request.user)  # type: ignore[attr-defined]
            if match is not None and match.url_name == QUEST:
                _opened(request.user, **names)


def _revision(student: User) -> int:
    journals = Journal.objects.filter(course__pairs__members=student).order_by("-course__created_at", "-course_id")
    return journals.values_list("revision", flat=True).first() or 0


def _opened(student: User, card: str, quest: str) -> None:
    if any(one.slug == quest for each in load_cards() if each.slug == card for one in each.quests):
        note_opening(student=student, card=card, quest=quest)
