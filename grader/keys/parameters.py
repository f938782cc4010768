"""``parameter_count``: how many numbers a layer, or the whole network, learns."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from grader.keys.draft import Draft
from grader.keys.subject import Subject, layer_of, nearest_of, other_classes, other_sizes

FLOAT_BYTES: Final = ((4, "float32"), (2, "float16"))
WHOLE: Final = ""  # the path of the network itself, as torch names it


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The parameters, each counted once; batch normalization's scale and shift count, its running means do not."""
    path, nearest = _place(subject, question.get("layer"))
    truth = subject.parameters_at(path)
    made = Draft(truth=truth)
    for name, count in nearest:
        made.add("neighbour_layer", count, name)
    looked_at = {
        "unfused_counted" if subject.fused else "fused_counted": [replace(subject, fused=not subject.fused)],
        "bias_forgotten": [replace(subject, without="bias")],
        "batch_norm_forgotten": [replace(subject, without="batch_norm")],
        "other_model_size": other_sizes(subject),
        "per_class_count": other_classes(subject),
    }
    for code, others in looked_at.items():
        made.add_if_it_matters(
            code, [(other.parameters_at(path), f"{other.model} {other.classes}") for other in others]
        )
    for size, name in FLOAT_BYTES:
        made.add_if_it_matters("bytes_for_count", [(truth * size, name)])
    made.add_unit_factors()
    return made


def _place(subject: Subject, layer: int | str | None) -> tuple[str, list[tuple[str, int]]]:
    """The path of what is counted, and the counts of the layers nearest to it.

    Layers do not depend on the number of classes, so that the usual one is traced, once.
    """
    if layer is None:
        return WHOLE, []
    usual = replace(subject, classes=None)
    traced = usual.traced(usual.usual_image_size())
    asked = layer_of(traced, layer)
    nearest = nearest_of(traced, asked, lambda other: other.parameters)
    return asked.name, [(other.name, subject.parameters_at(other.name)) for other in nearest]
