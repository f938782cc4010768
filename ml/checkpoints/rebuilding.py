"""A checkpoint's numbers in a network made from trusted code, once both are known to be the same network."""

from typing import TYPE_CHECKING, Any, Final

import torch
from torch import nn

from ml.checkpoints.comparing import Blueprint, is_plain, require_same, require_same_stride
from ml.checkpoints.comparing import Tensor as ExpectedTensor
from ml.checkpoints.limits import LIMITS, Limits
from ml.checkpoints.modules import HYPERPARAMETERS
from ml.checkpoints.sentences import refusal
from ml.errors import Refused

if TYPE_CHECKING:
    from ml.checkpoints.checkpoint import Checkpoint

TRIAL_SIDE: Final = 256  # pixels: a multiple of every stride in use


def rebuild(checkpoint: "Checkpoint", limits: Limits = LIMITS) -> nn.Module:
    """The network of a checkpoint: evaluation mode, float32, on the CPU, with ``names`` and ``stride`` set.

    Every key, every shape, every module's class and every hyper-parameter that the file states must be those of
    the network that its configuration gives. Raises ``Refused``: ``cannot_be_built``, ``too_many_parameters``,
    ``weights_missing``, ``weights_unexpected``, ``weights_shape``, ``layers_differ``, ``output_not_finite``.
    """
    network = _blueprint(checkpoint)
    require_same(blueprint_of(network), checkpoint, limits)
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


def blueprint_of(network: nn.Module) -> Blueprint:
    """What a network of torch's modules says of itself, its numbers left out."""
    return Blueprint(
        tensors={
            key: ExpectedTensor(tuple(tensor.shape), tensor.is_floating_point())
            for key, tensor in network.state_dict().items()
        },
        modules={
            path: (type(module).__name__, _attributes(module))
            for path, module in network.named_modules(remove_duplicate=False)
        },
        parameters=sum(parameter.numel() for parameter in network.parameters()),
    )


def _attributes(module: nn.Module) -> dict[str, Any]:
    found = {key: getattr(module, key, None) for key in HYPERPARAMETERS}
    return {key: value for key, value in found.items() if value is not None and is_plain(value)}


def _finish(network: nn.Module, checkpoint: "Checkpoint") -> None:
    """Derive the strides, compare them with the file's, and try the network on one grey picture."""
    from ml.checkpoints import ultralytics, yolov5

    finish = yolov5.finish if checkpoint.family == "yolov5" else ultralytics.finish
    picture = torch.full((1, 3, TRIAL_SIDE, TRIAL_SIDE), 114 / 255)  # (1, 3, H, W), the grey of letterboxes
    with torch.no_grad():
        strides = finish(network, picture)
        require_same_stride(checkpoint, strides)
        network.names = checkpoint.names  # type: ignore[assignment]
        network.stride = strides  # type: ignore[assignment]
        output = network(picture)[0]
    if not torch.isfinite(output).all():
        raise refusal("output_not_finite")
