"""Which quest may be tried, and which one to propose next: pure functions of what was solved."""

from collections.abc import Collection

from challenges.spec import Card, Quest


def missing(quest: Quest, solved: Collection[str]) -> tuple[str, ...]:
    """The quests that have to be solved first and are not, in the order of the quest's file."""
    return tuple(slug for slug in quest.prerequisites if slug not in solved)


def is_open(quest: Quest, solved: Collection[str], unlocked: Collection[str] = ()) -> bool:
    """Whether a pair may try it: nothing is missing, or an instructor unlocked it, whatever it waits for."""
    return quest.slug in unlocked or not missing(quest, solved)


def suggested(card: Card) -> tuple[Quest, ...]:
    """The card's quests, main ones before side ones, otherwise in the card's order."""
    return tuple(sorted(card.quests, key=lambda quest: quest.section == "side"))


def next_step(card: Card, waiting: Collection[str], *, after: str | None = None) -> str | None:
    """The quest to propose next among those ``waiting`` to be solved: a main one as long as there is any.

    The one that follows ``after`` on the card, then from its start again; never ``after`` itself.
    """
    slugs = [quest.slug for quest in card.quests]
    start = slugs.index(after) + 1 if after in slugs else 0
    turned = (*card.quests[start:], *card.quests[:start])
    candidates = [quest for quest in turned if quest.slug in waiting and quest.slug != after]
    best = min(candidates, key=lambda quest: quest.section == "side", default=None)
    return best.slug if best else None
