"""``strongest_channel``: which channel of a layer answers most to a picture, on average over its map."""

from collections.abc import Mapping
from typing import Any, Final

from torch import Tensor

from grader.keys.draft import Draft
from grader.keys.seen_in_picture import seen
from grader.keys.subject import Subject

#: By how much the best must beat the second, as a share of it: no other library's rounding decides between them.
MARGIN: Final = 0.01


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """Counted from 0. Where two channels are nearly equal, the variant collides and is never drawn."""
    found = seen(question, subject)
    means = _means(found.asked)
    truth = int(means.argmax())
    best, second = (float(value) for value in means.topk(2).values)
    made = Draft(truth=truth, collides=best - second <= MARGIN * abs(best), notes=[f"{best:.4f}, then {second:.4f}"])
    made.add("one_based_index", truth + 1, "counted from one")
    made.add_others("maximum_for_mean", [(int(found.asked.amax((1, 2)).argmax()), "the largest maximum")])
    made.add_others("weakest_for_strongest", [(int(means.argmin()), "the least mean")])
    for code, maps, detail in found.mistaken:
        made.add_others(code, [(int(_means(maps).argmax()), detail)])
    return made


def _means(maps: Tensor) -> Tensor:
    """(C, H, W) -> (C,)"""
    return maps.mean((1, 2))
