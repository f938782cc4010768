"""``weight_value``: one number inside a checkpoint, by the tensor's name or by the number of its layer."""

import math
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import Subject
from ml import zoo
from ml.checkpoints import read_checkpoint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

State = Mapping[str, "NDArray[np.generic]"]
Index = tuple[int, ...]

BATCH_NORM_EPS: Final = 1e-3  # of every YOLO
POWERS: Final = (-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6)


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
        _add(made, state, "index_not_wrapped", name, last, is_rare=False)
    for code, place, is_rare in _other_places(index):
        if place != index:
            _add(made, state, code, name, place, is_rare=is_rare)
    made.add_if_it_matters("sign", [(-truth, "the other sign")])
    folded = _folded(state, name, index, truth)
    if folded is not None:
        made.add("fused_counted", folded, "folded", is_rare=folded == truth)
    near, far = _neighbours(state, name)
    for other in (*near, *far):
        _add(made, state, "neighbour_layer", other, index, is_rare=other in far)
    _add_powers_of_ten(made, truth)
    return made


def _wrapped(index: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Counted on from the start where the tensor has not so many: channel 12 of 10 is channel 2."""
    if len(index) != len(shape):
        return index
    return tuple(i % side for i, side in zip(index, shape, strict=True))


def _other_places(index: Index) -> Iterator[tuple[str, Index, bool]]:
    """(code, place, whether few people look there): swapped indices, and indices counted from one."""
    swaps = [(0, 1)] if len(index) >= 2 else []
    if len(index) == 4:
        swaps.append((2, 3))
    for swap in swaps:
        yield "index_transposed", _swapped(index, *swap), False
    yield "one_based_index", _moved(index, -1, range(2)), False
    yield "one_based_index", _moved(index, -1, range(len(index))), False
    for place in range(len(index)):
        yield "one_based_index", _moved(index, -1, [place]), place > 1
    for swap in swaps:
        for moved in (range(2), range(len(index))):
            yield "index_transposed", _swapped(_moved(index, -1, moved), *swap), True
    if len(index) == 4:
        yield "index_transposed", _swapped(_swapped(index, 0, 1), 2, 3), True
        yield "index_transposed", index[::-1], True
    for moved in (range(2), range(len(index))):
        yield "one_based_index", tuple(i + (place in moved) for place, i in enumerate(index)), True


def _swapped(index: Index, one: int, other: int) -> Index:
    swapped = list(index)
    swapped[one], swapped[other] = index[other], index[one]
    return tuple(swapped)


def _moved(index: Index, step: int, places: Collection[int]) -> Index:
    """The index with those of its numbers moved; a number never goes below 0."""
    return tuple(max(i + step, 0) if place in places else i for place, i in enumerate(index))


def _folded(state: State, name: str, index: Index, truth: float) -> float | None:
    """The same weight once its normalization is folded into the convolution, as loading a model for use often does."""
    stem = name.removesuffix("conv.weight")
    if stem == name or f"{stem}bn.running_var" not in state:
        return None
    scale, variance = (float(state[f"{stem}bn.{part}"][index[0]]) for part in ("weight", "running_var"))
    return truth * scale / math.sqrt(variance + BATCH_NORM_EPS)


def _add_powers_of_ten(made: Draft, truth: float) -> None:
    """The right digits with another exponent: 1.23 copied from 1.23e-02."""
    if truth == 0:
        return
    digits = math.floor(math.log10(abs(truth)))
    for power in {*POWERS, -digits}:
        made.add("unit_factor", truth * 10.0**power, f"× 10^{power}", is_rare=power not in (-digits, 3, -3))


@lru_cache(maxsize=4)
def _state(model: str | Path, digest: str) -> State:
    """Every tensor by name; a zoo network's are its seeded initial values."""
    if isinstance(model, Path):
        return read_checkpoint(model).state
    return {name: tensor.numpy() for name, tensor in zoo.build(model).state_dict().items()}


def _value(state: State, name: str, index: Index) -> float | None:
    """The number there, or None where there is none (or one that is not finite)."""
    tensor = state[name]
    is_inside = len(index) == tensor.ndim and all(0 <= i < side for i, side in zip(index, tensor.shape, strict=True))
    if not is_inside:
        return None
    value = float(tensor[index])
    return value if math.isfinite(value) else None


def _add(made: Draft, state: State, code: str, name: str, index: Index, *, is_rare: bool) -> None:
    value = _value(state, name, index)
    if value is not None:
        made.add(code, value, f"{name}[{', '.join(map(str, index))}]", is_rare=is_rare)


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


def _neighbours(state: State, name: str) -> tuple[list[str], list[str]]:
    """The convolutions that are easily taken for this one, and the others of the same layer and of those around it.

    Easily taken: the one before and the one after in the network's order, and the first ones of the layers around.
    """
    found = re.match(r"(model\.)?(\d+)\.", name)
    if found is None:
        return _beside(_convolutions(state, ""), name), []
    root, layer = found[1] or "", int(found[2])
    own, before, after = (_convolutions(state, f"{root}{number}.") for number in (layer, layer - 1, layer + 1))
    near = [*_beside([*before, *own, *after], name), *own[:1], *before[:1], *after[:1]]
    near = [other for other in dict.fromkeys(near) if other != name]
    return near, [other for other in (*own, *before, *after) if other != name and other not in near]


def _beside(names: list[str], name: str) -> list[str]:
    if name not in names:
        return []
    place = names.index(name)
    return [*names[max(place - 1, 0) : place], *names[place + 1 : place + 2]]


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


def _out_of_range(name: str, index: Index, shape: tuple[int, ...]) -> SubmissionError:
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
