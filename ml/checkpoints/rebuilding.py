"""A checkpoint's numbers in a network made from trusted code, once both are known to be the same network."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor, nn

from ml.checkpoints.limits import LIMITS, Limits
from ml.checkpoints.modules import HYPERPARAMETERS, Module
from ml.checkpoints.sentences import refusal
from ml.errors import Refused

if TYPE_CHECKING:
    from ml.checkpoints.checkpoint import Checkpoint

TRIAL_SIDE: Final = 256  # pixels: a multiple of every stride in use
#: Class that the file names → class that may stand for it in the rebuilt network.
_SAME: Final = {
    "Model": {"Yolov5"},
    "DetectionModel": {"Yolov5", "DetectionModel"},
    "YOLOv10DetectionModel": {"DetectionModel"},
    "Conv": {"Conv", "DWConv"},  # DWConv was a function that made a Conv up to v5.0
    "Silence": {"Identity"},
}


def rebuild(checkpoint: "Checkpoint", limits: Limits = LIMITS) -> nn.Module:
    """The network of a checkpoint: evaluation mode, float32, on the CPU, with ``names`` and ``stride`` set.

    Every key, every shape, every module's class and every hyper-parameter that the file states must be those of
    the network that its configuration gives. Raises ``Refused``: ``cannot_be_built``, ``too_many_parameters``,
    ``weights_missing``, ``weights_unexpected``, ``weights_shape``, ``layers_differ``, ``output_not_finite``.
    """
    network = _blueprint(checkpoint)
    counted = sum(parameter.numel() for parameter in network.parameters())
    if counted > limits.parameters:
        raise refusal("too_many_parameters", limit=limits.parameters // 1_000_000)
    _require_same_state(network.state_dict(), checkpoint)
    _require_same_modules(network, checkpoint.modules)
    state = {key: torch.from_numpy(array) for key, array in checkpoint.state.items()}
    network.load_state_dict(state, assign=True)
    network.requires_grad_(False)
    network.eval()
    try:
        _finish(network, checkpoint)
    except Refused:
        raise
    except Exception as error:  # whatever a stranger's network does to our layers is the stranger's error
        raise refusal("cannot_be_built") from error
    return network


def _blueprint(checkpoint: "Checkpoint") -> nn.Module:
    """The network on the meta device: every shape and no memory."""
    from ml.checkpoints import ultralytics, yolov5

    build = yolov5.blueprint if checkpoint.family == "yolov5" else ultralytics.blueprint
    try:
        return build(checkpoint)
    except Exception as error:  # torch and ultralytics raise many kinds on arguments that do not fit together
        raise refusal("cannot_be_built") from error


def _require_same_state(expected: Mapping[str, Tensor], checkpoint: "Checkpoint") -> None:
    missing = expected.keys() - checkpoint.state.keys()
    if missing:
        raise refusal("weights_missing", name=_some(missing))
    unexpected = checkpoint.state.keys() - expected.keys()
    if unexpected:
        raise refusal("weights_unexpected", name=_some(unexpected))
    for key, tensor in expected.items():
        array = checkpoint.state[key]
        if array.shape != tuple(tensor.shape):
            raise refusal("weights_shape", name=key, found=_size(array.shape), expected=_size(tuple(tensor.shape)))
        if tensor.is_floating_point() != (array.dtype.kind == "f"):
            raise refusal("weights_shape", name=key, found=array.dtype, expected=tensor.dtype)


def _require_same_modules(network: nn.Module, stated: tuple[Module, ...]) -> None:
    rebuilt = dict(network.named_modules(remove_duplicate=False))
    paths = {module.path for module in stated}
    if paths != rebuilt.keys() or len(paths) != len(stated):
        path = min(paths ^ rebuilt.keys(), default="")
        found, expected = ("—", _kind(rebuilt[path])) if path in rebuilt else (path, "—")
        raise refusal("layers_differ", name=path, found=found, expected=expected)
    for module in stated:
        twin = rebuilt[module.path]
        found, expected = module.name.rpartition(".")[2], _kind(twin)
        if expected not in _SAME.get(found, {found}):
            raise refusal("layers_differ", name=module.path, found=found, expected=expected)
        _require_same_hyperparameters(module, twin)


def _require_same_hyperparameters(module: Module, twin: nn.Module) -> None:
    for key, value in module.stated.items():
        ours = getattr(twin, key, None) if key in HYPERPARAMETERS else None
        if ours is None or not _is_plain(ours):
            continue  # an attribute that only one of the two releases has
        if not _same(value, ours):
            raise refusal("layers_differ", name=f"{module.path}.{key}", found=value, expected=ours)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(isinstance(item, int | float) for item in value)
    return isinstance(value, bool | int | float | str)


def _same(found: Any, ours: Any) -> bool:
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


def _finish(network: nn.Module, checkpoint: "Checkpoint") -> None:
    """Derive the strides, compare them with the file's, and try the network on one grey picture."""
    from ml.checkpoints import ultralytics, yolov5

    finish = yolov5.finish if checkpoint.family == "yolov5" else ultralytics.finish
    picture = torch.full((1, 3, TRIAL_SIDE, TRIAL_SIDE), 114 / 255)  # (1, 3, H, W), the grey of letterboxes
    with torch.no_grad():
        strides = finish(network, picture)
        if checkpoint.stated_stride is not None and not _same(checkpoint.stated_stride, strides):
            raise refusal("layers_differ", name="stride", found=checkpoint.stated_stride, expected=strides)
        network.names = checkpoint.names  # type: ignore[assignment]
        network.stride = strides  # type: ignore[assignment]
        output = network(picture)[0]
    if not torch.isfinite(output).all():
        raise refusal("output_not_finite")


def _kind(module: nn.Module) -> str:
    return type(module).__name__


def _some(keys: set[str]) -> str:
    """The first keys in order, and how many more."""
    shown = sorted(keys)[:3]
    more = len(keys) - len(shown)
    return ", ".join(shown) + (f" (+{more})" if more else "")


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "1"
