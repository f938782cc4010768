"""``receptive_field``: how large a square of the image one output of a layer sees, in pixels."""

from collections.abc import Mapping
from typing import Any, Final

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.seen import add_other_places, asked_in, field_of, fields_of
from grader.keys.subject import Subject
from ml.receptive_field import Field, Reckoning
from ml.trace import ModuleTrace

#: What somebody reckons who forgets something, by the mistake's code.
MISRECKONED: Final = {
    "strides_forgotten": (Reckoning(strides=False), Reckoning(strides=False, poolings=False)),
    "whole_kernels_added": (Reckoning(whole_kernels=True),),
    "stride_too_early": (Reckoning(early_strides=True),),
    "poolings_forgotten": (Reckoning(poolings=False),),
    "shortest_path": (Reckoning(shortest_path=True),),
}


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The side of the theoretical receptive field along the longest path, padding counted as image."""
    asked = asked_in(subject, question["layer"])
    field = field_of(subject, asked)
    if field.varies:
        raise _no_single_answer(asked)
    made = Draft(truth=field.size)
    for code, reckonings in MISRECKONED.items():
        made.add_others(code, [(fields_of(subject, one)[asked.name].size, code) for one in reckonings])
    made.add_others("kernel_only", [(kernel, "its own window") for kernel in _kernels(subject, asked)])
    made.add_others("stride_for_field", [(int(field.jump), "the total stride")])
    for value in (field.size - 1, field.size + 1):
        made.add("off_by_one", value, "one pixel off")
    add_other_places(made, subject, asked, _side)
    return made


def _side(field: Field) -> int | None:
    return None if field.varies else field.size


def _kernels(subject: Subject, asked: ModuleTrace) -> set[int]:
    """The windows of this layer alone, those of one pixel too."""
    inside = f"{asked.name}."
    kernels = [
        module.kernel_size
        for name, module in subject.network.named_modules()
        if (name == asked.name or name.startswith(inside))
        and isinstance(getattr(module, "kernel_size", None), int | tuple)
    ]
    return {int(kernel[0] if isinstance(kernel, tuple) else kernel) for kernel in kernels}


def _no_single_answer(asked: ModuleTrace) -> SubmissionError:
    return SubmissionError(
        "no_single_answer",
        {
            "en": f"some outputs of {asked.name} see more of the image than others",
            "fr": f"certaines sorties de {asked.name} voient plus de l'image que d'autres",
        },
        {
            "en": "Behind two upsamplings it depends on the place: ask about another layer.",
            "fr": "Derrière deux agrandissements, cela dépend de l'endroit : choisissez une autre couche.",
        },
    )
