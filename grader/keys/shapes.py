"""``tensor_shape``: what leaves a layer, for an image of a given height and width."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from grader.errors import SubmissionError
from grader.keys import shapes_of_heads
from grader.keys.draft import Draft
from grader.keys.growth import Other, at_size, elsewhere, of_sisters, with_other_classes
from grader.keys.subject import Subject, around, is_last, layer_of, namesakes_of
from ml.trace import LayerTrace, ModuleTrace, Trace

Shape = tuple[int, ...]


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The shape with its batch dimension, batch of one; a head's decoded output unless ``head`` is ``raw``."""
    height, width = question["image_size"]
    is_raw = question.get("head") == "raw"
    read = partial(_read, layer=question["layer"], is_raw=is_raw)
    traced = subject.traced((height, width))
    asked = layer_of(traced, question["layer"])
    made = Draft(truth=_output(asked, is_raw=is_raw))
    _add_orders(made, _output(asked, is_raw=is_raw))
    if height != width:
        turned = at_size(subject, (width, height), read)
        _add_where_it_matters(made, "height_width_swapped", [] if turned is None else [(turned, f"{width} × {height}")])
    _add_places(made, traced, asked)
    if len(asked.output_shapes) > 1:
        for slip in shapes_of_heads.slips(subject, traced, asked, is_raw=is_raw):
            _add(made, slip.code, slip.shape, slip.detail, is_rare=slip.is_rare)
    _add_others(made, "other_image_size", elsewhere(subject, (height, width), read))
    if len(asked.output_shapes) == 1:  # a head's maps do not depend on the letter
        _add_others(made, "other_model_size", of_sisters(subject, (height, width), read))
        if is_last(traced, asked):
            find = partial(_find, size=(height, width), layer=question["layer"])
            _add_others(made, "per_class_count", with_other_classes(subject, find))
    return made


def _read(traced: Trace, *, layer: int | str, is_raw: bool) -> Shape:
    return _output(layer_of(traced, layer), is_raw=is_raw)


def _find(subject: Subject, *, size: tuple[int, int], layer: int | str) -> Shape:
    return _read(subject.traced(size), layer=layer, is_raw=False)


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


def _add(made: Draft, code: str, shape: Any, detail: str, *, is_rare: bool = False) -> None:
    """The mistake, and the same one by somebody who leaves the batch out, or puts the channels last, as well."""
    made.add(code, shape, detail, is_rare=is_rare)
    if len(shape) > 2:
        made.add(code, shape[1:], f"{detail}, no batch", is_rare=is_rare)
        last = _channels_last(shape)
        made.add(code, last, f"{detail}, channels last", is_rare=True)
        made.add(code, last[1:], f"{detail}, channels last, no batch", is_rare=True)


def _add_where_it_matters(made: Draft, code: str, shapes: list[tuple[Any, str]]) -> None:
    if any(shape != made.truth for shape, _ in shapes):
        for shape, detail in shapes:
            _add(made, code, shape, detail)


def _add_others(made: Draft, code: str, others: Iterable[Other]) -> None:
    """What other networks give. Where some of the usual ones give the truth and some do not, the variant collides."""
    listed = list(others)
    if any(other.value != made.truth for other in listed):
        for other in listed:
            _add(made, code, other.value, other.detail, is_rare=other.is_rare)


def _add_orders(made: Draft, shape: Shape) -> None:
    made.add("batch_dimension_missing", shape[1:], "no batch")
    if len(shape) >= 3:
        made.add("channels_last", _channels_last(shape), "channels last")
        made.add("channels_last", _channels_last(shape)[1:], "channels last, no batch")


def _channels_last(shape: Shape) -> Shape:
    """(N, C, H, W) -> (N, H, W, C), as statements and picture files write it: 512 × 512 × 3."""
    batch, channels, *spatial = shape
    return batch, *spatial, channels


def _add_places(made: Draft, traced: Trace, asked: ModuleTrace) -> None:
    """The layers around it, and what enters it. A module's sister that is as large is nobody's wrong answer."""
    is_layer = isinstance(asked, LayerTrace)
    for other in around(traced, asked):
        if other.output_shapes and (is_layer or other.output_shapes[0] != made.truth):
            _add(made, "neighbour_layer", other.output_shapes[0], other.name)
    for other in namesakes_of(traced, asked):
        _add(made, "neighbour_layer", other.output_shapes[0], other.name, is_rare=True)
    for shape, detail in _inputs(traced, asked):
        if is_layer or shape != made.truth:
            _add(made, "layer_input", shape, detail)
            made.add("layer_input", _channels_last(shape), f"{detail}, channels last")
            made.add("layer_input", _channels_last(shape)[1:], f"{detail}, channels last, no batch")


def _inputs(traced: Trace, layer: ModuleTrace) -> Iterable[tuple[Shape, str]]:
    if not isinstance(layer, LayerTrace):
        yield from ((shape, f"enters {layer.name}") for shape in layer.input_shapes if len(shape) > 1)
        return
    height, width = traced.image_size
    for index in layer.inputs:
        if index < 0:
            yield (1, 3, height, width), "the image"
        else:
            yield _output(traced.layers[index], is_raw=False), f"from layer {index}"
