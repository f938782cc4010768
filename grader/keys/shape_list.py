"""``shape_list``: all the tensors of a network along the computation: the data (Xn) or what is learnt (Wn).

The data are the image, then what each top-level layer gives, activations, poolings and flattenings included. What is
learnt is each layer's weight, then its bias. Batch of one, in the order of the computation.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any, Final

import torch
from torch import nn

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import Subject, other_classes, traced_elsewhere
from ml.trace import Trace
from ml.walk import layers_of

Shape = tuple[int, ...]
List = tuple[Shape, ...]

MOST_LINES: Final = 40
IMAGE: Final = "image"
ACTIVATIONS: Final = ("ReLU", "LeakyReLU", "SiLU", "Sigmoid", "Softmax")
#: What people leave out of the data, by the mistake's code: the commonest first.
LEFT_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "activations_not_listed": ACTIVATIONS,
    "flatten_not_listed": ("Flatten",),
    "input_not_listed": (IMAGE,),
}


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The list asked for; several slips at once are explained by what is left out rather than by how it is written."""
    height, width = question["image_size"]
    make = _draft_of_data if question["of"] == "data" else _draft_of_parameters
    made = make(subject, (height, width))
    if not isinstance(made.truth, tuple) or len(made.truth) > MOST_LINES:
        raise _too_long()
    return made


def _draft_of_data(subject: Subject, size: tuple[int, int]) -> Draft:
    lines = _data(subject.traced(size))
    made = Draft(truth=tuple(shape for _, shape in lines))
    for code, kept in _thinned(lines):
        for value in (kept, _each(kept, _without_batch), _each(kept, _channels_last)):
            made.add_others(code, [(value, code)])
    for value in _padded(subject, size):
        for written in (value, _each(value, _without_batch), _each(value, _channels_last)):
            made.add_others("padding_assumed", [(written, "every convolution keeps the size")])
    whole = tuple(shape for _, shape in lines)
    made.add_others("batch_dimension_missing", [(_each(whole, _without_batch), "")])
    made.add_others("channels_last", [(_each(whole, _channels_last), "")])
    made.add_others("channels_last", [(_each(_each(whole, _channels_last), _without_batch), "no batch")])
    for other in traced_elsewhere(subject, size):
        made.add_others("other_image_size", [(tuple(s for _, s in _data(other)), f"{other.image_size}")])
    for sister in other_classes(subject):
        made.add_others("per_class_count", [(tuple(s for _, s in _data(sister.traced(size))), f"{sister.classes}")])
    return made


def _draft_of_parameters(subject: Subject, size: tuple[int, int]) -> Draft:
    named = [(name, tuple(parameter.shape)) for name, parameter in subject.network.named_parameters()]
    whole = tuple(shape for _, shape in named)
    made = Draft(truth=whole)
    weights = tuple(shape for name, shape in named if not name.endswith("bias"))
    for value in (weights, _each(weights, _transposed), _each(weights, _kernel_first)):
        made.add_others("bias_forgotten", [(value, "weights alone")])
    made.add_others("index_transposed", [(_each(whole, _transposed), "inputs first")])
    made.add_others("index_transposed", [(_each(whole, _dense_transposed), "dense layers alone")])
    made.add_others(
        "channels_last", [(_each(whole, _kernel_first), "kernel first"), (_each(whole, _channels_last), "")]
    )
    made.add_others("batch_dimension_added", [(_each(whole, lambda shape: (1, *shape)), "")])
    for sister in other_classes(subject):
        shapes = tuple(tuple(parameter.shape) for parameter in sister.network.parameters())
        made.add_others("per_class_count", [(shapes, f"{sister.classes} classes")])
    return made


def _data(traced: Trace) -> list[tuple[str, Shape]]:
    """(type, shape) of the image and of every top-level layer's first output."""
    height, width = traced.image_size
    return [(IMAGE, (1, 3, height, width)), *((layer.type, layer.output_shapes[0]) for layer in traced.layers)]


def _padded(subject: Subject, size: tuple[int, int]) -> Iterator[List]:
    """The data of somebody for whom a convolution never shrinks the image; with and without activations.

    A dense layer takes whatever comes: only what it gives is listed.
    """
    data = torch.empty(1, 3, *size, device="meta")
    lines: list[tuple[str, Shape]] = [(IMAGE, tuple(data.shape))]
    for layer in layers_of(subject.network).children():
        if isinstance(layer, nn.Conv2d):
            shape = (1, layer.out_channels, *data.shape[2:])
        elif isinstance(layer, nn.Linear):
            shape = (1, layer.out_features)
        else:
            shape = tuple(layer(data).shape)
        data = torch.empty(shape, device="meta")
        lines.append((type(layer).__name__, shape))
    yield tuple(shape for _, shape in lines)
    yield from (kept for _, kept in _thinned(lines))


def _thinned(lines: list[tuple[str, Shape]]) -> Iterator[tuple[str, List]]:
    """The list without one, two or all of the sorts that people leave out."""
    for number in range(1, len(LEFT_OUT) + 1):
        for codes in combinations(LEFT_OUT, number):
            unlisted = [name for code in codes for name in LEFT_OUT[code]]
            kept = tuple(shape for name, shape in lines if name not in unlisted)
            if kept:
                yield codes[0], kept


def _each(shapes: List, change: Callable[[Shape], Shape]) -> List:
    return tuple(map(change, shapes))


def _without_batch(shape: Shape) -> Shape:
    return shape[1:]


def _channels_last(shape: Shape) -> Shape:
    return (shape[0], *shape[2:], shape[1]) if len(shape) > 2 else shape


def _kernel_first(shape: Shape) -> Shape:
    """(out, in, H, W) -> (H, W, in, out), as TensorFlow stores it."""
    return (*shape[2:], shape[1], shape[0]) if len(shape) > 2 else shape


def _transposed(shape: Shape) -> Shape:
    return (shape[1], shape[0], *shape[2:]) if len(shape) > 1 else shape


def _dense_transposed(shape: Shape) -> Shape:
    return (shape[1], shape[0]) if len(shape) == 2 else shape


def _too_long() -> SubmissionError:
    return SubmissionError(
        "too_long_a_list",
        {"en": "the network has too many tensors to list", "fr": "le réseau a trop de tenseurs pour qu'on les énumère"},
        {
            "en": f"Ask about a network of {MOST_LINES} tensors at most, such as cifar-net.",
            "fr": f"Choisissez un réseau de {MOST_LINES} tenseurs au plus, cifar-net par exemple.",
        },
    )
