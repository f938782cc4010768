"""``operation_count``: what one image costs, in a layer or in the whole network.

``macs``, ``additions``, ``multiplications`` and ``maxima`` are those of ``ml.operations``; ``flops`` are 2 × MACs,
the field's figure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from grader.keys.draft import Draft
from grader.keys.subject import (
    Subject,
    is_last,
    layer_of,
    nearest_of,
    other_classes,
    other_sizes,
    traced_elsewhere,
)
from ml.operations import Operations
from ml.trace import Trace


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The count asked for, exact, for a batch of one image in evaluation mode."""
    height, width = question["image_size"]
    size, layer, count = (height, width), question.get("layer"), question["count"]
    traced = subject.traced(size)
    cost = _cost(traced, layer)
    made = Draft(truth=_counted(cost, count))
    _add_other_sorts(made, cost, count)
    if layer is not None:
        asked = layer_of(traced, layer)
        for other in nearest_of(traced, asked, lambda other: _counted(other.operations, count)):
            made.add("neighbour_layer", _counted(other.operations, count), f"layer {other.index}")
    for code, others in _looked_at_otherwise(subject, traced, layer, count).items():
        made.add_if_it_matters(code, [(_counted(_cost(o.traced(size), layer), count), str(o.model)) for o in others])
    elsewhere = traced_elsewhere(subject, size)
    made.add_if_it_matters(
        "other_image_size",
        [(_counted(_cost(other, layer), count), f"{other.image_size}") for other in elsewhere],
    )
    made.add_unit_factors()
    made.notes.extend(f"not counted: {number} {name}" for name, number in sorted(traced.uncounted.items()))
    return made


def _looked_at_otherwise(
    subject: Subject, traced: Trace, layer: int | str | None, count: str
) -> dict[str, Iterable[Subject]]:
    """The networks that somebody counts by mistake: only those that can change this count."""
    others: dict[str, Iterable[Subject]] = {"other_model_size": other_sizes(subject)}
    if layer is None or is_last(traced, layer_of(traced, layer)):
        others["per_class_count"] = other_classes(subject)
    if count in ("additions", "multiplications"):  # MACs and maxima have neither biases nor normalization in them
        unlike = "unfused_counted" if subject.fused else "fused_counted"
        others[unlike] = [replace(subject, fused=not subject.fused)]
        others["bias_forgotten"] = [replace(subject, without="bias")]
        others["batch_norm_forgotten"] = [replace(subject, without="batch_norm")]
    return others


def _cost(traced: Trace, layer: int | str | None) -> Operations:
    return traced.operations if layer is None else layer_of(traced, layer).operations


def _counted(cost: Operations, count: str) -> int:
    return 2 * cost.macs if count == "flops" else int(getattr(cost, count))


def _add_other_sorts(made: Draft, cost: Operations, count: str) -> None:
    """MACs for FLOPs or the reverse; everything together where one sort is asked."""
    if count == "flops":
        made.add_if_it_matters("macs_for_flops", [(cost.macs, "MACs")])
        return
    made.add_if_it_matters("flops_for_macs", [(2 * cost.macs, "2 × MACs")])
    made.add_if_it_matters("flops_for_macs", [(cost.total, "all operations")])
