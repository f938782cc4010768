"""``module_count``: how many modules of one type a layer, or the whole network, is made of."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.seen import asked_in, traced_as_usual
from grader.keys.subject import Subject, nearest_of, other_sizes

#: Types that are taken for one another: a block for what is inside it.
TAKEN_FOR_IT: Final[Mapping[str, str]] = {
    "Conv": "Conv2d",
    "Conv2d": "Conv",
    "C3": "Bottleneck",
    "Bottleneck": "C3",
    "BatchNorm2d": "Conv2d",
    "SiLU": "Conv2d",
}
WHOLE: Final = ""  # the path of the network itself, as torch names it
_REPEAT: Final = re.compile(r"\.m\.[1-9][0-9]*(?:\.|$)")  # the second and later blocks of a stack


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """Every module of that very type, at whatever depth, as ``print(model)`` lists them."""
    wanted, layer = question["type"], question.get("layer")
    asked = None if layer is None else asked_in(subject, layer)
    path = WHOLE if asked is None else asked.name
    truth = len(_paths(subject, wanted, path))
    if not truth:
        raise _none_of(wanted)
    made = Draft(truth=truth)
    traced = traced_as_usual(subject)
    paths = _paths(subject, wanted, path)
    if asked is None:
        top = sum(other.type == wanted for other in traced.layers)
        made.add_others("top_level_only", [(top, "top-level layers")] if top else [])
        last = traced.layers[-1].name
        made.add_others("head_forgotten", [(len([p for p in paths if not p.startswith(f"{last}.")]), "but the head")])
    else:
        near = nearest_of(traced, asked, lambda other: int(len(_paths(subject, wanted, other.name)) not in (0, truth)))
        made.add_others("neighbour_layer", [(len(_paths(subject, wanted, o.name)), o.name) for o in near])
    taken = len(_paths(subject, TAKEN_FOR_IT.get(wanted, ""), path))
    made.add_others("other_type", [(taken, TAKEN_FOR_IT.get(wanted, ""))] if taken else [])
    made.add_others("repeats_counted_once", [(sum(not _REPEAT.search(p) for p in paths), "one block of each stack")])
    unlike = "unfused_counted" if subject.fused else "fused_counted"
    folded = replace(subject, fused=not subject.fused)
    made.add_others(unlike, [(len(_paths(folded, wanted, path)), unlike)])
    for sister in other_sizes(subject):
        made.add_others("other_model_size", [(len(_paths(sister, wanted, path)), str(sister.model))])
    return made


def _paths(subject: Subject, wanted: str, inside: str) -> list[str]:
    return [
        path
        for path, module in subject.network.named_modules(remove_duplicate=False)
        if type(module).__name__ == wanted and (not inside or path == inside or path.startswith(f"{inside}."))
    ]


def _none_of(wanted: str) -> SubmissionError:
    return SubmissionError(
        "no_such_module",
        {"en": f"there is no {wanted} there", "fr": f"il n'y a là aucun {wanted}"},
        {
            "en": "Types are named as print(model) shows them: Conv2d, BatchNorm2d, Bottleneck…",
            "fr": "Les types se nomment comme print(model) les montre : Conv2d, BatchNorm2d, Bottleneck…",
        },
    )
