"""What one wall shows of a course: which pairs, under which names. Everything else stays on the server."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from courses.models import Course, Pair
from room.models import Session
from room.names import key_of, neutral_names
from room.queries import ON_THE_WALL, cards_on_the_wall

Bilingual = Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """A pair on the wall. Without names: neither its own, nor its members', nor its group's."""

    key: str
    label: Bilingual
    members: tuple[str, ...]
    group: str


@dataclass(frozen=True)
class Showing:
    """``pairs``, by primary key, in the order of the wall; ``known`` are all the pairs of the course."""

    pairs: Mapping[int, Shown]
    known: frozenset[int]
    cards: frozenset[str]

    def shows(self, change: Mapping[str, Any]) -> dict[str, Any] | None:
        """A change as the wall hears of it; None when it is none of its business."""
        pair = self.pairs.get(change["pair"])
        if pair is None or change["what"] not in ON_THE_WALL or change["card"] not in self.cards:
            return None
        kept = ("revision", "what", "card", "quest", "points", "first", "at")
        return {"key": pair.key, **{name: change[name] for name in kept}}


def showing_of(course: Course, session: Session | None) -> Showing:
    """What a session lets its wall show; everybody by name where there has been no session yet. Two queries."""
    all_pairs = list(course.pairs.select_related("group").prefetch_related("members"))
    all_pairs.sort(key=lambda pair: (pair.group.name, natural(pair.name)))
    wanted = [pair for pair in all_pairs if session is None or session.group_id in (None, pair.group_id)]
    seed = session.name_seed if session else str(course.pk)
    neutral = neutral_names(seed, [pair.pk for pair in all_pairs])
    is_named = session is None or session.shows_names
    shown = {}
    for pair in wanted:
        shown[pair.pk] = Shown(
            key=key_of(seed, pair.pk),
            label=_own_name(pair) if is_named else neutral[pair.pk],
            members=tuple(one.display_name for one in pair.members.all()) if is_named else (),
            group=pair.group.name if is_named else "",
        )
    # In the order of their own names, pairs without a name would be known by their place.
    ordered = shown if is_named else dict(sorted(shown.items(), key=lambda item: item[1].label["fr"]))
    return Showing(
        pairs=ordered,
        known=frozenset(pair.pk for pair in all_pairs),
        cards=frozenset(card.slug for card in cards_on_the_wall(session)),
    )


def natural(name: str) -> list[tuple[bool, int, str]]:
    """What sorts pair 10 after pair 9."""
    return [(not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"([0-9]+)", name)]


def _own_name(pair: Pair) -> dict[str, str]:
    name = {}
    for language in ("fr", "en"):
        with translation.override(language):
            name[language] = f"{_('Pair')} {pair.name}"
    return name
