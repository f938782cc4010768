"""``tensor_shape``: what leaves a layer, for an image of a given height and width."""

from collections.abc import Iterable, Mapping
from typing import Any

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import (
    Subject,
    is_last,
    layer_of,
    neighbours_of,
    other_classes,
    other_sizes,
    traced_elsewhere,
)
from ml.trace import LayerTrace, ModuleTrace, Trace

Shape = tuple[int, ...]


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The shape with its batch dimension, batch of one; a head's decoded output unless ``head`` is ``raw``."""
    height, width = question["image_size"]
    layer, is_raw = question["layer"], question.get("head") == "raw"
    traced = subject.traced((height, width))
    asked = layer_of(traced, layer)
    shape = _output(asked, is_raw=is_raw)
    made = Draft(truth=shape)
    _add_orders(made, shape)
    if height != width:
        turned = _output(layer_of(subject.traced((width, height)), layer), is_raw=is_raw)
        _add_where_it_matters(made, "height_width_swapped", [(turned, f"{width} × {height}")])
    for other in neighbours_of(traced, asked):
        _add(made, "neighbour_layer", _output(other, is_raw=False), f"layer {other.index}")
    for value, detail in _inputs(traced, asked):
        _add(made, "layer_input", value, detail)
        _add(made, "layer_input", _channels_last(value), f"{detail}, channels last")
    _add_heads(made, traced, asked, is_raw=is_raw)
    _add_other_models(made, question, subject, asked)
    return made


def _output(layer: ModuleTrace, *, is_raw: bool) -> Shape:
    """A head's first output is its decoded boxes, the next ones its raw maps, the finest first."""
    shapes = layer.output_shapes
    if is_raw and len(shapes) > 1:
        return shapes[1]
    if not shapes or is_raw:
        raise SubmissionError(
            "no_output",
            {
                "en": f"{layer.name or layer.type} gives no such output",
                "fr": f"{layer.name or layer.type} ne donne pas cette sortie",
            },
            {
                "en": "Ask about a layer of python -m ml trace; only a detection head has raw outputs.",
                "fr": "Choisissez une couche de python -m ml trace ; seule une tête de détection a des sorties brutes.",
            },
        )
    return shapes[0]


def _add(made: Draft, code: str, shape: Shape, detail: str) -> None:
    """The mistake, and the same one by somebody who leaves the batch out as well."""
    made.add(code, shape, detail)
    if len(shape) > 2:
        made.add(code, shape[1:], f"{detail}, no batch")


def _add_where_it_matters(made: Draft, code: str, shapes: list[tuple[Shape, str]]) -> None:
    if any(shape != made.truth for shape, _ in shapes):
        for shape, detail in shapes:
            _add(made, code, shape, detail)


def _add_orders(made: Draft, shape: Shape) -> None:
    made.add("batch_dimension_missing", shape[1:], "no batch")
    if len(shape) >= 3:
        _add(made, "channels_last", _channels_last(shape), "channels last")


def _channels_last(shape: Shape) -> Shape:
    """(N, C, H, W) -> (N, H, W, C), as statements and picture files write it: 512 × 512 × 3."""
    batch, channels, *spatial = shape
    return batch, *spatial, channels


def _inputs(traced: Trace, layer: ModuleTrace) -> Iterable[tuple[Shape, str]]:
    if not isinstance(layer, LayerTrace):
        return
    height, width = traced.image_size
    for index in layer.inputs:
        if index < 0:
            yield (1, 3, height, width), "the image"
        else:
            yield _output(traced.layers[index], is_raw=False), f"from layer {index}"


def _add_heads(made: Draft, traced: Trace, layer: ModuleTrace, *, is_raw: bool) -> None:
    """A head's other form: raw maps for the decoded list or the reverse, and the maps before their reordering."""
    if len(layer.output_shapes) < 2:
        return
    decoded, *raw = layer.output_shapes
    others = [decoded] if is_raw else raw
    maps = [
        module.output_shapes[0]
        for module in traced.modules
        if module.name.startswith(f"{layer.name}.m.") and module.output_shapes
    ]
    for shape in (*others, *maps):
        _add_where_it_matters(made, "training_head", [(shape, "the head's other form")])


def _add_other_models(made: Draft, question: Mapping[str, Any], subject: Subject, asked: ModuleTrace) -> None:
    """Another image size, another letter, another number of classes.

    A head's maps do not depend on the letter, nor any other layer on the number of classes: not run for nothing.
    """
    height, width = question["image_size"]
    is_raw = question.get("head") == "raw"

    def add(code: str, traces: Iterable[Trace]) -> None:
        shapes = [
            (_output(layer_of(other, question["layer"]), is_raw=is_raw), f"{other.model} {other.image_size}")
            for other in traces
        ]
        _add_where_it_matters(made, code, shapes)

    add("other_image_size", traced_elsewhere(subject, (height, width)))
    if len(asked.output_shapes) == 1:
        add("other_model_size", (other.traced((height, width)) for other in other_sizes(subject)))
    if is_last(subject.traced((height, width)), asked):
        add("per_class_count", (other.traced((height, width)) for other in other_classes(subject)))
