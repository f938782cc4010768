"""``stride``: how many pixels of the image lie between two neighbouring outputs of a layer."""

from collections.abc import Mapping
from math import log2
from typing import Any

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.seen import add_other_places, asked_in, field_of, fields_of
from grader.keys.subject import Subject
from ml.receptive_field import Field, Reckoning
from ml.trace import LayerTrace, ModuleTrace


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The total stride, cumulated from the image on; upsampling divides it."""
    asked = asked_in(subject, question["layer"])
    truth = _stride(field_of(subject, asked))
    if truth is None:
        raise _not_whole(asked)
    made = Draft(truth=truth)
    made.add_others("own_stride_only", [(_own(subject, asked, truth), "of this layer alone")])
    made.add_others("grid_size_for_stride", [(asked.output_shapes[-1][2], "rows of its output")])
    if truth > 2:
        made.add("halvings_for_stride", int(log2(truth)), "how often the image was halved")
    forgetful = _stride(fields_of(subject, Reckoning(upsampling=False))[asked.name])
    if forgetful is not None:
        made.add_others("upsampling_forgotten", [(forgetful, "upsampling does not divide")])
    add_other_places(made, subject, asked, _stride)
    return made


def _stride(field: Field) -> int | None:
    """None where two outputs lie in one pixel."""
    return int(field.jump) if field.jump >= 1 else None


def _own(subject: Subject, asked: ModuleTrace, truth: int) -> int:
    """The stride of this layer alone: by how much it shrinks what enters it."""
    network, inside = subject.network, f"{asked.name}."
    steps = [
        module.stride
        for name, module in network.named_modules()
        if (name == asked.name or name.startswith(inside)) and hasattr(module, "stride")
    ]
    sides = [step[0] if isinstance(step, tuple) else step for step in steps if isinstance(step, int | tuple)]
    own = max((int(side) for side in sides), default=1)
    return own if isinstance(asked, LayerTrace) or own > 1 else truth


def _not_whole(asked: ModuleTrace) -> SubmissionError:
    return SubmissionError(
        "not_a_stride",
        {
            "en": f"two outputs of {asked.name} lie in one pixel",
            "fr": f"deux sorties de {asked.name} tombent dans un même pixel",
        },
        {
            "en": "Ask about a layer that does not enlarge the image.",
            "fr": "Choisissez une couche qui n'agrandit pas l'image.",
        },
    )
