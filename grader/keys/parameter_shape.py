"""``parameter_shape``: the shape of one named tensor of the network, a Wn."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import nn

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import Subject, other_classes, other_sizes

Shape = tuple[int, ...]


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """As PyTorch stores it: (outputs, inputs, height, width) for a convolution, (outputs, inputs) for a dense layer."""
    name = question["name"]
    shapes = _shapes(subject.network)
    if name not in shapes:
        raise _unknown(name)
    truth = shapes[name]
    made = Draft(truth=truth)
    if len(truth) > 1:
        made.add_others("index_transposed", [((truth[1], truth[0], *truth[2:]), "inputs first")])
    if len(truth) > 2:
        height_width = truth[2:]
        made.add_others("channels_last", [((*height_width, truth[1], truth[0]), "kernel first")])
        made.add_others("channels_last", [((*height_width, truth[0], truth[1]), "kernel first, outputs before inputs")])
        made.add_others("channels_last", [((truth[0], *height_width, truth[1]), "inputs last")])
        made.add_others("inputs_forgotten", [((truth[0], *height_width), "one kernel for each filter")])
        made.add_others("one_filter_only", [(truth[1:], "one filter")])
    made.add_others("batch_dimension_added", [((1, *truth), "a batch of one")])
    made.add_others("other_parameter", _beside(shapes, name))
    made.add_others("neighbour_layer", _neighbours(shapes, name))
    for sister in other_sizes(subject):
        shape = _shapes(sister.network).get(name)
        made.add_others("other_model_size", [(shape, str(sister.model))] if shape else [])
    for sister in other_classes(subject):
        made.add_others("per_class_count", [(_shapes(sister.network)[name], f"{sister.classes} classes")])
    return made


def _shapes(network: nn.Module) -> dict[str, Shape]:
    """Every parameter and buffer, by the name that the file gives it."""
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def _beside(shapes: Mapping[str, Shape], name: str) -> Iterator[tuple[Shape, str]]:
    """The other tensors of the same module: the bias for the weight."""
    module = name.rpartition(".")[0]
    for other, shape in shapes.items():
        if other != name and shape and other.rpartition(".")[0] == module:
            yield shape, other


def _neighbours(shapes: Mapping[str, Shape], name: str) -> Iterator[tuple[Shape, str]]:
    """The tensors of the same sort just before and just after that have another shape."""
    kind, dimensions = name.rpartition(".")[2], len(shapes[name])
    alike = [other for other, shape in shapes.items() if other.endswith(f".{kind}") and len(shape) == dimensions]
    place = alike.index(name)
    for side in (alike[:place][::-1], alike[place + 1 :]):
        found = next((other for other in side if shapes[other] != shapes[name]), None)
        if found is not None:
            yield shapes[found], found


def _unknown(name: str) -> SubmissionError:
    return SubmissionError(
        "unknown_parameter",
        {
            "en": f"the model has no parameter “{name[:80]}”",
            "fr": f"le modèle n'a pas de paramètre « {name[:80]} »",
        },
        {
            "en": "Parameters are named as in state_dict(): conv1.weight, model.0.conv.weight.",
            "fr": "Les paramètres se nomment comme dans state_dict() : conv1.weight, model.0.conv.weight.",
        },
    )
