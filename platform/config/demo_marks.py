"""What the demo's instructor has marked when the curtain rises: one capsule half, one wholly, none told yet."""

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from accounts.models import User
from capsules.models import Capsule
from courses.models import Course
from marking import saving
from marking.models import Marking, MarkingRules
from marking.ruling import set_rules
from marking.versions import current_version

#: Pair → how many of its cells are filled.
MARKED: Final = {"1": 8, "2": 18}
EXPECTED_IN: Final = timedelta(days=21)
LEVELS: Final = (3, 2, 4, 3, 2, 3, 1, 3, 2, 4, 3, 3, 2, 3, 3, 4, 2, 3)
NOTES: Final = {
    0: "Les effectifs par classe sont lisibles. Dites aussi d’où vient la découpe.",
    3: "Bien vu, les images à contre-jour.",
    6: "Une seule autre configuration est montrée : comparez par facteur.",
}
COMMENT: Final = "Une capsule claire, à deux voix. La partie apprentissage mérite une figure de plus."


def mark(course: Course, *, instructor: User) -> None:
    """Each capsule once; whatever somebody has marked since is left alone."""
    if not MarkingRules.objects.filter(course=course).exists():
        set_rules(instructor=instructor, course=course, expected_at=timezone.now() + EXPECTED_IN)
    for capsule in Capsule.objects.filter(pair__course=course, current__isnull=False).select_related("pair__course"):
        filled = MARKED.get(capsule.pair.name, 0)
        if filled and not Marking.objects.filter(capsule=capsule).exists():
            _mark(capsule, instructor, filled)


def _mark(capsule: Capsule, instructor: User, filled: int) -> None:
    keys = current_version(capsule.pair.course).rubric.keys
    cells = {
        key: {"level": LEVELS[number % len(LEVELS)], "note": NOTES.get(number, "")}
        for number, key in enumerate(keys[:filled])
    }
    changes: dict[str, Any] = {"cells": cells}
    if filled >= len(keys):
        changes["comment"] = COMMENT
    marking = saving.save(instructor=instructor, capsule=capsule, revision=0, changes=changes)
    if filled >= len(keys):
        saving.finish(instructor=instructor, marking=marking, revision=marking.revision)
