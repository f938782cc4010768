"""``weight_value``: one number inside a checkpoint, by the tensor's name or by the number of its layer."""

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import Subject
from ml import zoo
from ml.checkpoints import read

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

State = Mapping[str, "NDArray[np.generic]"]


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The value as stored. By layer number, the tensor is the weight of the layer's first convolution."""
    state = _state(subject.model, subject.digest)
    name = question.get("name") or _first_convolution(state, question["layer"])
    index = tuple(question["index"])
    if name not in state:
        raise _unknown(name)
    said, index = index, _wrapped(index, state[name].shape) if question.get("wrap") else index
    truth = _value(state, name, index)
    if truth is None:
        raise _out_of_range(name, index, state[name].shape)
    made = Draft(truth=truth, notes=[f"{name}[{', '.join(map(str, index))}]"])
    if said != index:
        last = tuple(min(i, side - 1) for i, side in zip(said, state[name].shape, strict=True))
        _add(made, state, "index_not_wrapped", name, last)
    if len(index) >= 2 and index[0] != index[1]:
        _add(made, state, "index_transposed", name, (index[1], index[0], *index[2:]))
    for counted in {_one_less(index, 2), _one_less(index, len(index))}:
        _add(made, state, "one_based_index", name, counted)
    made.add_if_it_matters("sign", [(-truth, "the other sign")])
    for other in _neighbours(state, name):
        _add(made, state, "neighbour_layer", other, index)
    made.add_unit_factors((1000,))
    return made


def _wrapped(index: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Counted on from the start where the tensor has not so many: channel 12 of 10 is channel 2."""
    if len(index) != len(shape):
        return index
    return tuple(i % side for i, side in zip(index, shape, strict=True))


@lru_cache(maxsize=4)
def _state(model: str | Path, digest: str) -> State:
    """Every tensor by name; a zoo network's are its seeded initial values."""
    if isinstance(model, Path):
        return read(model).state
    return {name: tensor.numpy() for name, tensor in zoo.build(model).state_dict().items()}


def _value(state: State, name: str, index: tuple[int, ...]) -> float | None:
    """The number there, or None where there is none (or one that is not finite)."""
    tensor = state[name]
    is_inside = len(index) == tensor.ndim and all(0 <= i < side for i, side in zip(index, tensor.shape, strict=True))
    if not is_inside:
        return None
    value = float(tensor[index])
    return value if math.isfinite(value) else None


def _add(made: Draft, state: State, code: str, name: str, index: tuple[int, ...]) -> None:
    value = _value(state, name, index)
    if value is not None:
        made.add(code, value, f"{name}[{', '.join(map(str, index))}]")


def _one_less(index: tuple[int, ...], dimensions: int) -> tuple[int, ...]:
    """The index of somebody who takes its first ``dimensions`` numbers as counted from one (a 0 stays)."""
    return tuple(max(i - 1, 0) if place < dimensions else i for place, i in enumerate(index))


def _convolutions(state: State, prefix: str) -> list[str]:
    """The four-dimensional weights below a prefix, in the network's order."""
    return [
        name
        for name, tensor in state.items()
        if name.startswith(prefix) and name.endswith("weight") and tensor.ndim == 4
    ]


def _first_convolution(state: State, layer: int | str) -> str:
    prefixes = [f"model.{layer}.", f"{layer}."]
    for prefix in prefixes:
        for name in _convolutions(state, prefix):
            return name
    raise _unknown(prefixes[0] + "*.weight")


def _neighbours(state: State, name: str) -> Iterable[str]:
    """The other convolutions of the same layer, then those of the layers before and after."""
    found = re.match(r"(model\.)?(\d+)\.", name)
    if found is None:
        return []
    root, layer = found[1] or "", int(found[2])
    near = [f"{root}{number}." for number in (layer, layer - 1, layer + 1)]
    return [other for prefix in near for other in _convolutions(state, prefix) if other != name]


def _unknown(name: str) -> SubmissionError:
    return SubmissionError(
        "unknown_parameter",
        {
            "en": f"the model has no parameter “{name[:80]}”",
            "fr": f"le modèle n'a pas de paramètre « {name[:80]} »",
        },
        {
            "en": "python -m ml trace lists the layers that have parameters.",
            "fr": "python -m ml trace donne la liste des couches qui ont des paramètres.",
        },
    )


def _out_of_range(name: str, index: tuple[int, ...], shape: tuple[int, ...]) -> SubmissionError:
    sides = " × ".join(map(str, shape))
    return SubmissionError(
        "index_out_of_range",
        {
            "en": f"{list(index)} is no finite number of {name}, whose shape is {sides}",
            "fr": f"{list(index)} n'est pas un nombre fini de {name}, dont la forme est {sides}",
        },
        {
            "en": "Indices count from 0, one for each dimension.",
            "fr": "Les indices se comptent à partir de 0, un par dimension.",
        },
    )
