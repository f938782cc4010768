"""Kind words from other pairs: counted, never signed, and no mark."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from django.db import transaction

from accounts.models import User
from capsules import refusals
from capsules.models import Appreciation, CapsuleVersion

#: Below so many voices nothing is told: who said it could be guessed.
FEWEST_VOICES: Final = 3


def appreciate(*, version: CapsuleVersion, viewer: User, words: Iterable[str]) -> None:
    """Set one's kind words for a film to exactly these. That it may be seen was asked before. Raises Refusal."""
    wanted = set(words)
    if not wanted <= set(Appreciation.What.values):
        raise refusals.no_kind_word()
    with transaction.atomic():
        mine = version.appreciations.filter(viewer=viewer)
        mine.exclude(what__in=wanted).delete()
        known = set(mine.values_list("what", flat=True))
        for what in wanted - known:
            Appreciation.objects.get_or_create(version=version, viewer=viewer, what=what)


def words_of(viewer: User, version: CapsuleVersion) -> set[str]:
    """What this person has said of it."""
    return set(version.appreciations.filter(viewer=viewer).values_list("what", flat=True))


def told(version: CapsuleVersion) -> list[tuple[str, int]] | None:
    """(kind word, how many said it), most often said first; None while too few people have said anything."""
    rows = list(version.appreciations.values_list("what", "viewer"))
    if len({viewer for _, viewer in rows}) < FEWEST_VOICES:
        return None
    counts = Counter(what for what, _ in rows)
    labels = dict(Appreciation.What.choices)
    return [(str(labels[what]), count) for what, count in counts.most_common()]
