"""Which text of a quest somebody was dealt: they are judged by what they saw, whatever its file says today."""

from functools import lru_cache
from pathlib import PurePosixPath

from django.db.models import Exists, OuterRef, QuerySet

from challenges.loading import QUEST_FILE, parse_quest
from challenges.spec import Quest
from challenges.yaml_file import CardError
from quests.models import Attempt, HandIn, HintTaken, QuestVersion, Variant

VERSIONS_KEPT = 256


def remember(quest: Quest) -> None:
    """Keep the text of a quest that is being dealt."""
    QuestVersion.objects.get_or_create(
        card=quest.card, quest=quest.slug, version=quest.version, defaults={"source": quest.source}
    )


def seen(variant: Variant, current: Quest) -> Quest:
    """The quest as it was when the variant was dealt; as it is now where that text is lost, or nothing changed."""
    if variant.quest_version == current.version:
        return current
    return _kept(variant.card, variant.quest, variant.quest_version) or current


@lru_cache(maxsize=VERSIONS_KEPT)
def _kept(card: str, quest: str, version: str) -> Quest | None:
    row = QuestVersion.objects.filter(card=card, quest=quest, version=version).first()
    if row is None:
        return None
    try:
        return parse_quest(row.source, PurePosixPath(card, quest, QUEST_FILE), card=card)
    except CardError:  # written for an earlier form of these files
        return None


def begun(variants: QuerySet[Variant]) -> QuerySet[Variant]:
    """Those of these variants that somebody has answered, handed something in for, or bought a hint of."""
    traces = [Exists(kind.objects.filter(variant=OuterRef("pk"))) for kind in (Attempt, HandIn, HintTaken)]
    return variants.filter(traces[0] | traces[1] | traces[2])
