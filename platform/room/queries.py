"""What is read of the room: the session on the wall, the journal, what every pair has solved."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from challenges.scoring import lines_of
from challenges.spec import Card, load_cards
from courses.access import course_of, require_instructor
from courses.models import Course, Pair
from quests.models import Attempt
from room.models import GameEvent, Journal, Session

#: Whoever is further behind than this reads everything anew.
MOST_CHANGES: Final = 500
#: What a wall may say of a pair: never what it got wrong, what it asked help for, or what came back.
ON_THE_WALL: Final = ("solved", "line", "full", "handed_in")
LAST_EVENTS: Final = 12

Solved = dict[str, dict[str, int]]


def room_of(user: User | None) -> Course:
    """The course whose room somebody watches over; 404 for whoever teaches none."""
    if user is None:
        raise Http404("nobody")
    require_instructor(user)
    return course_of(user)


def revision_of(course: Course | int) -> int:
    """How many things have happened in a course."""
    return Journal.objects.filter(course=course).values_list("revision", flat=True).first() or 0


def events_since(course: Course | int, since: int, until: int, *, pair: Pair | None = None) -> list[GameEvent] | None:
    """What happened after one revision, up to and with another; None when that is too much, or makes no sense."""
    if not 0 <= since <= until or until - since > MOST_CHANGES:
        return None
    events = GameEvent.objects.filter(course=course, revision__gt=since, revision__lte=until).order_by("revision")
    return list(events.filter(pair=pair) if pair else events)


def session_on_the_wall(course: Course) -> Session | None:
    """The session that runs; else the one that ended last, whose settings hold until the next one begins."""
    begun = Session.objects.filter(course=course, starts_at__lte=timezone.now()).select_related("group")
    return begun.filter(ends_at__gt=timezone.now()).first() or begun.order_by("-ends_at").first()


def access_session(course: Course, pk: int) -> Session:
    session = Session.objects.filter(course=course, pk=pk).select_related("group", "course").first()
    if session is None:
        raise Http404("no such session")
    return session


def sessions_of(course: Course) -> QuerySet[Session]:
    return Session.objects.filter(course=course).select_related("group")


def solved_by_pairs(course: Course) -> dict[int, Solved]:
    """Pair → card → quest → what it earned, of everything that is solved; one query."""
    right = Attempt.objects.filter(variant__pair__course=course, verdict=Attempt.Verdict.CORRECT).order_by()
    found: dict[int, Solved] = defaultdict(lambda: defaultdict(dict))
    for pair, card, quest, points in right.values_list("variant__pair", "variant__card", "variant__quest", "points"):
        found[pair][card][quest] = points
    return found


def last_on_the_wall(course: Course, pairs: Iterable[int], until: int) -> list[GameEvent]:
    """The newest events that a wall may show, the newest first."""
    shown = Q(what__in=ON_THE_WALL, pair__in=list(pairs), revision__lte=until)
    return list(GameEvent.objects.filter(shown, course=course).order_by("-revision")[:LAST_EVENTS])


def cards_on_the_wall(session: Session | None) -> tuple[Card, ...]:
    """The cards that a session names; all of them when it names none, or none that exists."""
    wanted = set(session.cards) if session else set()
    return tuple(card for card in load_cards() if card.slug in wanted) or load_cards()


def describe_card(card: Card) -> dict[str, Any]:
    """A card as the wall draws it: its grid, its quests, its lines and what they earn."""
    return {
        "card": card.slug,
        "title": dict(card.title),
        "columns": card.layout.columns if card.layout else None,
        "quests": [{"quest": quest.slug, "title": dict(quest.title), "tint": quest.tint} for quest in card.quests],
        "lines": [list(line) for line in lines_of(card)],
        "bonus": {"line": card.bonus.line, "full": card.bonus.full},
    }
