"""``parameter_count``: how many numbers a layer, or the whole network, learns."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from grader.keys.draft import Draft
from grader.keys.subject import Subject, layer_of, nearest_of, other_classes, other_sizes
from ml.trace import Trace

FLOAT_BYTES: Final = ((4, "float32"), (2, "float16"))


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The parameters, each counted once; batch normalization's scale and shift count, its running means do not."""
    layer = question.get("layer")
    traced = _traced(subject)
    made = Draft(truth=_count(traced, layer))
    if layer is not None:
        for other in nearest_of(traced, layer_of(traced, layer), lambda other: other.parameters):
            made.add("neighbour_layer", other.parameters, f"layer {other.index}")
    unlike = replace(subject, fused=not subject.fused)
    code = "unfused_counted" if subject.fused else "fused_counted"
    made.add_if_it_matters(code, [(_count(_traced(unlike), layer), code)])
    for part in ("bias", "batch_norm"):
        without = replace(subject, without=part)
        made.add_if_it_matters(f"{part}_forgotten", [(_count(_traced(without), layer), f"without {part}")])
    made.add_if_it_matters(
        "other_model_size",
        [(_count(_traced(other), layer), str(other.model)) for other in other_sizes(subject)],
    )
    made.add_if_it_matters(
        "per_class_count",
        [(_count(_traced(other), layer), f"{other.classes} classes") for other in other_classes(subject)],
    )
    for size, name in FLOAT_BYTES:
        made.add_if_it_matters("bytes_for_count", [(_count(traced, layer) * size, name)])
    made.add_unit_factors()
    return made


def _traced(subject: Subject) -> Trace:
    return subject.traced(subject.usual_image_size())


def _count(traced: Trace, layer: int | str | None) -> int:
    return traced.parameters if layer is None else layer_of(traced, layer).parameters
