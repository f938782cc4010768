"""What a live page is told, the same words over the socket and to whoever asks again and again.

``{"type": "state", "revision", …}`` is the whole of it; ``{"type": "change", "since", "revision", "changes"}`` is what
happened after ``since``, up to ``revision``. A page that holds ``since`` or more applies it; one that holds less asks.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from django.utils import timezone

from challenges.spec import load_cards
from courses.models import Course, Pair
from quests.queries import SOLVED, card_state
from room import events, queries
from room.models import Session
from room.showing import Showing, showing_of

Message = dict[str, Any]

#: What the wall can follow change by change; at anything else it reads everything anew.
KNOWN = frozenset((*queries.ON_THE_WALL, "wrong", "hint", "returned", "unlocked"))


class Feed(Protocol):
    """``group`` is where it is woken; ``wrap`` makes a message of changes that were heard, or None: read instead."""

    group: str

    def state(self) -> Message: ...
    def since(self, revision: int) -> Message | None: ...
    def wrap(self, since: int, changes: Sequence[dict[str, Any]]) -> Message | None: ...


class RoomFeed:
    """What the wall of a course shows, under the rules of the session that runs."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.group = events.room_group(course.pk)
        self.showing: Showing | None = None

    def state(self) -> Message:
        """Six queries, whatever the number of pairs. The revision comes first: what happens meanwhile is told again,
        and what is solved cannot be solved twice."""
        revision = queries.revision_of(self.course)
        session = queries.session_on_the_wall(self.course)
        showing = self.showing = showing_of(self.course, session)
        solved = queries.solved_by_pairs(self.course)
        last = queries.last_on_the_wall(self.course, showing.pairs, revision)
        return {
            "type": "state",
            "revision": revision,
            "now": timezone.now().isoformat(),
            "session": describe_session(session) if session else None,
            "cards": [queries.describe_card(card) for card in queries.cards_on_the_wall(session)],
            "pairs": [
                {
                    "key": pair.key,
                    "label": dict(pair.label),
                    "members": list(pair.members),
                    "group": pair.group,
                    "solved": {card: solved[pk][card] for card in solved[pk] if card in showing.cards},
                }
                for pk, pair in showing.pairs.items()
            ],
            "events": [shown for event in last if (shown := showing.shows(events.for_the_room(event)))],
        }

    def since(self, revision: int) -> Message | None:
        until = queries.revision_of(self.course)
        if revision == until:
            return None
        found = queries.events_since(self.course, revision, until)
        if found is None:
            return self.state()
        if self.showing is None:
            self.showing = showing_of(self.course, queries.session_on_the_wall(self.course))
        changes = [events.for_the_room(event) for event in found]
        return self._message(revision, until, changes) or self.state()

    def wrap(self, since: int, changes: Sequence[dict[str, Any]]) -> Message | None:
        return self._message(since, changes[-1]["revision"], changes)

    def _message(self, since: int, until: int, changes: Sequence[dict[str, Any]]) -> Message | None:
        showing = self.showing
        if showing is None or any(one["what"] not in KNOWN or one["pair"] not in showing.known for one in changes):
            return None
        shown = [one for change in changes if (one := showing.shows(change))]
        return {"type": "change", "since": since, "revision": until, "changes": shown}


class GridFeed:
    """Only that something happened: the instructor's grid then reads itself anew."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.group = events.room_group(course.pk)

    def state(self) -> Message:
        return {"type": "state", "revision": queries.revision_of(self.course)}

    def since(self, revision: int) -> Message | None:
        until = queries.revision_of(self.course)
        return None if until == revision else {"type": "change", "since": revision, "revision": until, "changes": []}

    def wrap(self, since: int, changes: Sequence[dict[str, Any]]) -> Message | None:
        return {"type": "change", "since": since, "revision": changes[-1]["revision"], "changes": []}


class CardsFeed:
    """What happens on one pair's cards, for its members; nothing of anybody else's."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.group = events.pair_group(pair.pk)

    def state(self) -> Message:
        revision = queries.revision_of(self.pair.course_id)
        return {"type": "state", "revision": revision, "cards": [self._card(card.slug) for card in load_cards()]}

    def _card(self, slug: str) -> dict[str, Any]:
        state = card_state(self.pair, slug)
        return {
            "card": slug,
            "points": state.points,
            "solved": [one.quest.slug for one in state.quests if one.state == SOLVED],
        }

    def since(self, revision: int) -> Message | None:
        until = queries.revision_of(self.pair.course_id)
        if revision == until:
            return None
        found = queries.events_since(self.pair.course_id, revision, until, pair=self.pair)
        if found is None:
            return self.state()
        changes = [events.for_the_pair(event) for event in found]
        return {"type": "change", "since": revision, "revision": until, "changes": changes}

    def wrap(self, since: int, changes: Sequence[dict[str, Any]]) -> Message | None:
        return {"type": "change", "since": since, "revision": changes[-1]["revision"], "changes": list(changes)}


def describe_session(session: Session) -> dict[str, Any]:
    """A session as the wall reads it. Its group is one of the things that are not said when names are hidden."""
    return {
        "title": session.title,
        "group": session.group.name if session.group and session.shows_names else "",
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "ranks_pairs": session.ranks_pairs,
        "celebrates": session.celebrates,
    }
