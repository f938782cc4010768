"""Is a stranger's network the one that its configuration gives? Key by key, module by module; no torch.

What the configuration gives is a :class:`Blueprint`, made from torch's own modules (``rebuilding``) or without torch
(``ml.engines.yolov5``): the comparison is the same.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ml.checkpoints.limits import Limits
from ml.checkpoints.modules import HYPERPARAMETERS, Module
from ml.checkpoints.sentences import refusal
from ml.errors import Refused

if TYPE_CHECKING:
    from ml.checkpoints.checkpoint import Checkpoint

Shape = tuple[int, ...]

#: Class that the file names → class that may stand for it in the rebuilt network.
_SAME: Final = {
    "Model": {"Yolov5"},
    "DetectionModel": {"Yolov5", "DetectionModel"},
    "YOLOv10DetectionModel": {"DetectionModel"},
    "Conv": {"Conv", "DWConv"},  # DWConv was a function that made a Conv up to v5.0
    "Silence": {"Identity"},
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """A parameter or buffer of the blueprint: its shape, and whether it holds real numbers."""

    shape: Shape
    is_real: bool = True


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A network without its numbers.

    ``tensors`` are by the keys of ``state_dict()``; ``modules`` by path, the root's being empty: the name of the class,
    and its attributes, of which only plain hyper-parameters are compared. ``parameters`` counts what may be trained.
    """

    tensors: Mapping[str, Tensor]
    modules: Mapping[str, tuple[str, Mapping[str, Any]]]
    parameters: int


def require_same(blueprint: Blueprint, checkpoint: "Checkpoint", limits: Limits) -> None:
    """Every key, every shape, every module's class and every hyper-parameter that the file states.

    Raises ``Refused``: ``too_many_parameters``, ``weights_missing``, ``weights_unexpected``, ``weights_shape``,
    ``layers_differ``; for weights that came without a network, ``configuration_differs`` in place of the last four.
    """
    if blueprint.parameters > limits.parameters:
        raise refusal("too_many_parameters", limit=limits.parameters // 1_000_000)
    if checkpoint.modules:
        _require_same_state(blueprint.tensors, checkpoint)
        _require_same_modules(blueprint, checkpoint.modules)
    else:
        _require_named_network(blueprint, checkpoint)


def require_same_stride(checkpoint: "Checkpoint", strides: list[int]) -> None:
    """Raise ``Refused`` (``layers_differ``) unless the file states these strides, or none."""
    if checkpoint.stated_stride is not None and not same(checkpoint.stated_stride, strides):
        raise refusal("layers_differ", name="stride", found=checkpoint.stated_stride, expected=strides)


def _require_named_network(blueprint: Blueprint, checkpoint: "Checkpoint") -> None:
    """Weights that came alone: what differs is then the name that was given to them."""
    try:
        _require_same_state(blueprint.tensors, checkpoint)
    except Refused as refused:
        name, count = checkpoint.architecture, len(checkpoint.names)
        detail = refused.facts["name"]
        raise refusal("configuration_differs", name=name, count=count, detail=detail) from refused


def _require_same_state(expected: Mapping[str, Tensor], checkpoint: "Checkpoint") -> None:
    missing = expected.keys() - checkpoint.state.keys()
    if missing:
        raise refusal("weights_missing", name=_some(missing))
    unexpected = checkpoint.state.keys() - expected.keys()
    if unexpected:
        raise refusal("weights_unexpected", name=_some(unexpected))
    for key, tensor in expected.items():
        array = checkpoint.state[key]
        if array.shape != tensor.shape:
            raise refusal("weights_shape", name=key, found=_size(array.shape), expected=_size(tensor.shape))
        if tensor.is_real != (array.dtype.kind == "f"):
            kind = "float32" if tensor.is_real else "int64"
            raise refusal("weights_shape", name=key, found=array.dtype, expected=kind)


def _require_same_modules(blueprint: Blueprint, stated: tuple[Module, ...]) -> None:
    ours = blueprint.modules
    paths = {module.path for module in stated}
    if paths != ours.keys() or len(paths) != len(stated):
        path = min(paths ^ ours.keys(), default="")
        found, expected = ("—", ours[path][0]) if path in ours else (path, "—")
        raise refusal("layers_differ", name=path, found=found, expected=expected)
    for module in stated:
        expected, attributes = ours[module.path]
        found = module.name.rpartition(".")[2]
        if expected not in _SAME.get(found, {found}):
            raise refusal("layers_differ", name=module.path, found=found, expected=expected)
        _require_same_hyperparameters(module, attributes)


def _require_same_hyperparameters(module: Module, attributes: Mapping[str, Any]) -> None:
    for key, value in module.stated.items():
        ours = attributes.get(key) if key in HYPERPARAMETERS else None
        if ours is None or not is_plain(ours):
            continue  # an attribute that only one of the two releases has
        if not same(value, ours):
            raise refusal("layers_differ", name=f"{module.path}.{key}", found=value, expected=ours)


def is_plain(value: Any) -> bool:
    """Whether an attribute is a hyper-parameter that can be compared: a number, a text, a few numbers."""
    if isinstance(value, tuple | list):
        return all(isinstance(item, int | float) for item in value)
    return isinstance(value, bool | int | float | str)


def same(found: Any, ours: Any) -> bool:
    """Equality of hyper-parameters; 2 and (2, 2) are the same kernel."""
    if isinstance(found, str) or isinstance(ours, str) or found is None:
        return bool(found == ours)
    left = found if isinstance(found, tuple) else (found,)
    right = tuple(ours) if isinstance(ours, tuple | list) else (ours,)
    length = max(len(left), len(right))
    if len(left) == 1:
        left *= length
    if len(right) == 1:
        right *= length
    return len(left) == len(right) and all(math.isclose(a, b, rel_tol=1e-6) for a, b in zip(left, right, strict=True))


def _some(keys: set[str]) -> str:
    """The first keys in order, and how many more."""
    shown = sorted(keys)[:3]
    more = len(keys) - len(shown)
    return ", ".join(shown) + (f" (+{more})" if more else "")


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape)) or "1"
