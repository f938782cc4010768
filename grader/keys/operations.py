"""``operation_count``: what one image costs, in a layer or in the whole network.

``macs``, ``additions``, ``multiplications`` and ``maxima`` are those of ``ml.operations``; ``flops`` are 2 × MACs,
the field's figure.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any, Final

from torch import nn

from grader.keys.draft import Draft
from grader.keys.growth import Other, Size, at_size, elsewhere, of_sisters, with_other_classes
from grader.keys.subject import Subject, is_last, layer_of, namesakes_of, nearest_around
from ml.operations import Operations
from ml.trace import LayerTrace, ModuleTrace, Trace

SORTS: Final = ("additions", "multiplications", "maxima")
FLOAT_BYTES: Final = 4
#: What tools add to 2 × MACs for each normalized element: a bias once folded (YOLOv5's table), or all of the
#: normalization (its summary).
CONVENTIONS: Final = (2, 8)


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The count asked for, exact, for a batch of one image in evaluation mode."""
    height, width = question["image_size"]
    size, layer, count = (height, width), question.get("layer"), question["count"]
    traced = subject.traced(size)
    cost = _cost(traced, layer)
    made = Draft(truth=_counted(cost, count))
    _add_other_sorts(made, cost, count)
    if layer is not None:
        _add_neighbours(made, traced, layer_of(traced, layer), count)
    for code, others in _looked_at_otherwise(subject, count).items():
        made.add_if_it_matters(code, [(_counted(_cost(o.traced(size), layer), count), str(o.model)) for o in others])
    if count == "additions":
        _add_unwanted_biases(made, subject, traced, layer)
    read = partial(_read, layer=layer, count=count)
    for added in (0, *CONVENTIONS) if count == "flops" else (0,):
        _add_other_models(made, subject, size, partial(read, added=added))
    if layer is None or is_last(traced, layer_of(traced, layer)):
        _add(made, "per_class_count", with_other_classes(subject, partial(_at, size=size, read=read)))
    if made.truth:
        made.add("bytes_for_count", _whole(made) * FLOAT_BYTES, "in float32", is_rare=True)
    made.add_unit_factors()
    made.notes.extend(f"not counted: {number} {name}" for name, number in sorted(traced.uncounted.items()))
    return made


def _at(subject: Subject, *, size: Size, read: Callable[[Trace], int]) -> Any:
    return at_size(subject, size, read)


def _looked_at_otherwise(subject: Subject, count: str) -> dict[str, Iterable[Subject]]:
    """The networks that somebody counts by mistake: MACs and maxima have neither biases nor normalization in them."""
    if count not in ("additions", "multiplications"):
        return {}
    return {
        "unfused_counted" if subject.fused else "fused_counted": [replace(subject, fused=not subject.fused)],
        "bias_forgotten": [replace(subject, without="bias")],
        "batch_norm_forgotten": [replace(subject, without="batch_norm")],
    }


def _cost(traced: Trace, layer: int | str | None) -> Operations:
    return traced.operations if layer is None else layer_of(traced, layer).operations


def _counted(cost: Operations, count: str) -> int:
    return 2 * cost.macs if count == "flops" else int(getattr(cost, count))


def _whole(made: Draft) -> int:
    assert isinstance(made.truth, int)
    return made.truth


def _read(traced: Trace, *, layer: int | str | None, count: str, added: int = 0) -> int:
    """The count, and what other tools add to it for each normalized element."""
    counted = _counted(_cost(traced, layer), count)
    return counted + (added * _normalized(traced, layer) if added else 0)


def _normalized(traced: Trace, layer: int | str | None) -> int:
    """The elements that batch normalization sees."""
    prefix = "" if layer is None else layer_of(traced, layer).name + "."
    return sum(
        prod(module.output_shapes[0])
        for module in traced.modules
        if module.type == nn.BatchNorm2d.__name__ and module.name.startswith(prefix) and module.output_shapes
    )


def _add_other_sorts(made: Draft, cost: Operations, count: str) -> None:
    """MACs for FLOPs or the reverse; everything together, or another sort, where one sort is asked."""
    if count == "flops":
        made.add_if_it_matters("macs_for_flops", [(cost.macs, "MACs")])
        return
    if count in SORTS and cost.macs:
        made.add_if_it_matters("macs_for_flops", [(cost.macs, "MACs")])
    made.add_if_it_matters("flops_for_macs", [(2 * cost.macs, "2 × MACs")])
    made.add_if_it_matters("flops_for_macs", [(cost.total, "all operations")])
    made.add("flops_for_macs", cost.multiplications + cost.additions, "additions and multiplications", is_rare=True)
    for sort in SORTS:
        if sort != count and getattr(cost, sort) != made.truth:
            made.add("other_operation", getattr(cost, sort), sort, is_rare=count == "macs")


def _add_neighbours(made: Draft, traced: Trace, asked: ModuleTrace, count: str) -> None:
    is_layer = isinstance(asked, LayerTrace)
    for other in nearest_around(traced, asked, lambda other: _counted(other.operations, count)):
        value = _counted(other.operations, count)
        if value != made.truth or (value and is_layer):
            made.add("neighbour_layer", value, other.name)
    for other in namesakes_of(traced, asked):
        made.add("neighbour_layer", _counted(other.operations, count), other.name, is_rare=True)


def _add_unwanted_biases(made: Draft, subject: Subject, traced: Trace, layer: int | str | None) -> None:
    """One addition more for each element of a convolution that has no bias."""
    prefix = "" if layer is None else layer_of(traced, layer).name
    modules = {module.name: module for module in traced.modules}
    added = sum(
        prod(modules[name].output_shapes[0])
        for name, module in subject.network.named_modules()
        if f"{name}.".startswith(f"{prefix}." if prefix else "")
        and isinstance(module, nn.Conv2d | nn.Linear)
        and module.bias is None
        and modules[name].output_shapes
    )
    made.add("bias_counted", _whole(made) + added, "a bias everywhere", is_rare=True)


def _add_other_models(made: Draft, subject: Subject, size: Size, read: partial[int]) -> None:
    """The other letters and other sizes; what other tools print is known of the usual size alone."""
    _add(made, "other_model_size", of_sisters(subject, size, read))
    if not read.keywords["added"]:
        _add(made, "other_image_size", elsewhere(subject, size, read))
        return
    usual = subject.usual_image_size()
    printed = at_size(subject, usual, read) if usual != size else None
    if printed is not None:
        _add(made, "other_image_size", [Other(printed, f"{usual[0]} × {usual[1]}", is_rare=False)])


def _add(made: Draft, code: str, others: Iterable[Other]) -> None:
    for other in others:
        if other.value != made.truth:
            made.add(code, other.value, other.detail, is_rare=other.is_rare)
