"""ultralytics' detection checkpoints (v3-tiny … v12 and 26), rebuilt with its own layers after our own check.

Its ``parse_model`` looks names up in its globals and, outside of safe loading, evaluates the activation: nothing
reaches it that is not in the lists of this file and of ``configuration``.
"""

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from ml.checkpoints.configuration import INPUT_CHANNELS, require_few_blocks, require_known, require_number, rows
from ml.checkpoints.limits import Limits
from ml.checkpoints.sentences import refusal

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ml.checkpoints.checkpoint import Checkpoint

_LAYER_NAMES: Final = (
    "Conv DWConv ConvTranspose Focus GhostConv RepConv Concat Index Bottleneck BottleneckCSP GhostBottleneck SPP SPPF"
    " SPPELAN C1 C2 C2f C2fPSA C2PSA C2fCIB C3 C3x C3TR C3Ghost C3k2 RepC3 PSA SCDown A2C2f RepNCSPELAN4 ELAN1 ADown"
    " AConv CBLinear CBFuse HGStem HGBlock ResNetLayer Silence nn.Identity nn.Upsample nn.MaxPool2d nn.ZeroPad2d"
    " nn.ConvTranspose2d Detect v10Detect"
)
_LAYERS: Final = frozenset(_LAYER_NAMES.split())
_HEADS: Final = ("Detect", "v10Detect")
_INNER_REPEATS: Final = {"RepNCSPELAN4": 3, "ResNetLayer": 4}  # which argument counts blocks inside the layer
_SCALE_KEYS: Final = frozenset("nstmblcxe")
_MOST_REG_MAX: Final = 64
_MOST_CHANNELS: Final = 65_536  # "no ceiling" in some yaml files


def checked_configuration(config: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """``config`` with its scale resolved to numbers of a known range.

    Raises ``Refused`` (``invalid_configuration``, ``unsupported_layer``).
    """
    layers = rows(config, limits)
    require_known(layers, _LAYERS)
    if layers[-1].kind not in _HEADS or any(row.kind in _HEADS for row in layers[:-1]):
        raise refusal("invalid_configuration", detail="Detect")
    checked = {key: config[key] for key in ("nc", "backbone", "head")}
    checked["reg_max"] = _whole(config.get("reg_max", 16), "reg_max", _MOST_REG_MAX)
    checked["end2end"] = config.get("end2end") is True
    if config.get("activation") is not None:
        checked["activation"] = config["activation"]
    checked |= _scaling(config, limits)
    depth = checked["scales"][checked["scale"]][0] if "scales" in checked else checked["depth_multiple"]
    require_few_blocks(layers, depth, limits, _INNER_REPEATS)
    return checked


def _scaling(config: dict[str, Any], limits: Limits) -> dict[str, Any]:
    scales = config.get("scales")
    if not scales:
        return {key: float(config.get(key, 1.0)) for key in ("depth_multiple", "width_multiple")}
    if not isinstance(scales, dict):
        raise refusal("invalid_configuration", detail="scales")
    scale = config.get("scale") or next(iter(scales))
    numbers = scales.get(scale) if isinstance(scale, str) and scale in _SCALE_KEYS else None
    if type(numbers) is not list or len(numbers) != 3:
        raise refusal("invalid_configuration", detail=f"scale = {scale}")
    depth, width = (require_number(value, "scale", limits.multiple_least, limits.multiple) for value in numbers[:2])
    return {"scale": scale, "scales": {scale: [depth, width, _whole(numbers[2], "scale", _MOST_CHANNELS)]}}


def _whole(value: Any, what: str, most: int) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise refusal("invalid_configuration", detail=f"{what} = {value}")
    return value


def blueprint(checkpoint: "Checkpoint") -> "nn.Module":
    """The network on the meta device, put together without the constructor's own forward pass."""
    import torch
    from torch import nn
    from ultralytics.nn.tasks import DetectionModel, parse_model

    config = deepcopy(dict(checkpoint.config))
    network: Any = DetectionModel.__new__(DetectionModel)
    nn.Module.__init__(network)
    with torch.device("meta"):
        network.model, network.save = parse_model(deepcopy(config), ch=INPUT_CHANNELS, verbose=False)
    network.yaml = config
    network.inplace = True
    network.task = "detect"
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):  # as ultralytics' initialize_weights
            module.eps, module.momentum = 1e-3, 0.03
        elif isinstance(module, nn.SiLU | nn.Hardswish | nn.LeakyReLU | nn.ReLU | nn.ReLU6):
            module.inplace = True
    blueprint: nn.Module = network
    return blueprint


def finish(network: "nn.Module", picture: "Tensor") -> list[int]:
    """The strides in pixels, from the feature maps that reach the head for ``picture`` (1, 3, H, W)."""
    import torch

    head = network.get_submodule("model")[-1]  # type: ignore[index]
    head.training = True  # the head then returns what it got, without decoding
    raw = network(picture)
    head.training = False
    maps = raw.get("one2many", raw)["feats"]
    strides = [picture.shape[2] // level.shape[2] for level in maps]
    head.stride = torch.tensor(strides, dtype=torch.float32)
    return strides
