"""YOLOv5 n, s, m, l, x, release v6.2, and whatever network of v3.1 … v7 a plain description gives.

Layer numbering, parameters, buffers and shapes are upstream's (https://github.com/ultralytics/yolov5, v6.2), so that
its checkpoints load by name. Where ultralytics' package still has a layer unchanged it is used as it is.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from ultralytics.nn.modules.block import C3, C3TR, SPP, C3Ghost, GhostBottleneck
from ultralytics.nn.modules.conv import Concat, Conv, DWConv, Focus, GhostConv

from ml.zoo.family import Family
from ml.zoo.yolov5_config import LayerPlan, Plan, invalid, read_plan, unsupported_layer
from ml.zoo.yolov5_layers import SPPF, Bottleneck, BottleneckCSP, Detect
from ml.zoo.yolov5_published import SIZES as SIZES
from ml.zoo.yolov5_published import configuration as configuration
from ml.zoo.yolov5_rare_layers import C3SPP, C3x, Contract, CrossConv, DWConvTranspose2d, Expand, MixConv2d

LAYERS: Final[Mapping[str, type[nn.Module]]] = {
    "Conv": Conv,
    "DWConv": DWConv,
    "Focus": Focus,
    "GhostConv": GhostConv,
    "Bottleneck": Bottleneck,
    "GhostBottleneck": GhostBottleneck,
    "BottleneckCSP": BottleneckCSP,
    "C3": C3,
    "C3TR": C3TR,
    "C3Ghost": C3Ghost,
    "C3x": C3x,
    "C3SPP": C3SPP,
    "CrossConv": CrossConv,
    "MixConv2d": MixConv2d,
    "DWConvTranspose2d": DWConvTranspose2d,
    "Contract": Contract,
    "Expand": Expand,
    "SPP": SPP,
    "SPPF": SPPF,
    "Concat": Concat,
    "Detect": Detect,
    "nn.Upsample": nn.Upsample,
    "nn.MaxPool2d": nn.MaxPool2d,
    "nn.ConvTranspose2d": nn.ConvTranspose2d,
    "nn.ZeroPad2d": nn.ZeroPad2d,
}
ACTIVATIONS: Final[Mapping[str, Callable[[], nn.Module]]] = {
    "nn.SiLU()": nn.SiLU,  # v4.0 and later
    "nn.Hardswish()": nn.Hardswish,  # v3
    "nn.LeakyReLU(0.1)": partial(nn.LeakyReLU, 0.1),  # v2, and inside BottleneckCSP up to v5.0
    "nn.ReLU()": nn.ReLU,
    "nn.ReLU6()": nn.ReLU6,
    "nn.Mish()": nn.Mish,
}
BATCH_NORM_EPS: Final = 1e-3
BATCH_NORM_MOMENTUM: Final = 0.03
MOST_PARAMETERS: Final = 300_000_000  # the largest published network, x6, has 140.7 millions


class Yolov5(nn.Module):
    """A YOLOv5 network: (B, 3, H, W) in 0…1 -> what ``Detect`` returns.

    ``names`` are the classes, ``stride`` the pixels of a cell of each level, ``layer_inputs`` the absolute indexes
    of the layers that feed each layer (−1: the image).
    """

    names: tuple[str, ...]
    stride: list[int]

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.model = nn.Sequential(*(_layer(layer) for layer in plan.layers))
        self.names = tuple(str(index) for index in range(plan.classes))
        self.input_channels = plan.input_channels
        self.layer_inputs = tuple(layer.inputs for layer in plan.layers)
        self._takes_list = tuple(layer.takes_list for layer in plan.layers)
        self._last_use = {source: index for index, row in enumerate(self.layer_inputs) for source in row}

    @property
    def head(self) -> Detect:
        """The last layer."""
        head = self.model[-1]
        assert isinstance(head, Detect)
        return head

    def forward(self, image: Tensor) -> Any:
        """(B, C, H, W) -> the output of the last layer; an output is kept only while a later layer needs it."""
        outputs: dict[int, Any] = {-1: image}
        for index, (layer, inputs) in enumerate(zip(self.model, self.layer_inputs, strict=True)):
            fed = [outputs[source] for source in inputs]
            outputs[index] = layer(fed if self._takes_list[index] else fed[0])
            for source in set(inputs):
                if self._last_use[source] == index:
                    del outputs[source]
        return outputs[len(self.model) - 1]

    def fuse(self) -> "Yolov5":
        """Fold every ``Conv``'s batch normalization into its convolution, as upstream does to publish its counts."""
        for module in self.modules():
            if isinstance(module, Conv) and hasattr(module, "bn"):
                module.conv = _folded(module.conv, module.bn)
                del module.bn
                module.forward = module.forward_fuse  # type: ignore[method-assign]
        return self


def _folded(convolution: nn.Conv2d, normalization: nn.BatchNorm2d) -> nn.Conv2d:
    if not convolution.weight.is_meta:
        return fuse_conv_bn_eval(convolution, normalization)
    if convolution.bias is None:  # no numbers to fold, which takes torch milliseconds: only the bias is new
        convolution.bias = nn.Parameter(torch.empty(convolution.out_channels, device="meta"))
    return convolution


def build_network(config: Mapping[str, Any]) -> Yolov5:
    """Build the network that a plain yaml dictionary describes, in training mode, with torch's initial weights.

    ``config`` has upstream's keys (``nc``, ``depth_multiple``, ``width_multiple``, ``anchors``, ``backbone``,
    ``head``, and optionally ``ch``, ``activation``). One more is ours: ``csp_activation``, for files up to v5.0 whose
    ``BottleneckCSP`` has another activation than their ``Conv``. Under ``torch.device("meta")`` no memory is taken.

    Raises ``Refused``: ``invalid_configuration``, ``unsupported_layer``.
    """
    plan = read_plan(config)
    try:
        with torch.device("meta"):
            blueprint = Yolov5(plan)
        _check_size(blueprint)
        strides = _strides(blueprint)
    except (RuntimeError, TypeError, ValueError, IndexError, AssertionError, ZeroDivisionError, OverflowError) as error:
        raise invalid("its layers do not fit together", "ses couches ne s'emboîtent pas") from error
    network = blueprint if torch.empty(0).is_meta else Yolov5(plan)
    _set_strides(network, strides)
    _set_activations(network, config)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps, module.momentum = BATCH_NORM_EPS, BATCH_NORM_MOMENTUM
    return network


def _layer(plan: LayerPlan) -> nn.Module:
    kind = LAYERS[plan.kind]
    if plan.repeats == 1:
        return kind(*plan.arguments)
    return nn.Sequential(*(kind(*plan.arguments) for _ in range(plan.repeats)))


def _check_size(blueprint: Yolov5) -> None:
    parameters = sum(parameter.numel() for parameter in blueprint.parameters())
    if parameters > MOST_PARAMETERS:
        raise invalid(f"{parameters:,} parameters", f"{parameters:,} paramètres")


def _strides(blueprint: Yolov5) -> list[int]:
    """How many pixels of the image a cell of each level spans, found by a forward that computes no number.

    Normalizations and activations are left out: they change no shape, and cost a cold process a second.
    """
    convolutions = [module for module in blueprint.modules() if isinstance(module, Conv)]
    for module in convolutions:
        module.forward = module.conv.forward  # type: ignore[method-assign]
    side = 512  # a multiple of the largest stride in use, 64
    with torch.no_grad():
        heads = blueprint(torch.empty(1, blueprint.input_channels, side, side, device="meta"))
    for module in convolutions:
        del module.forward  # the class's own again
    strides = [side / head.shape[2] for head in heads]
    if any(stride != int(stride) for stride in strides):
        raise invalid(
            "a level's cells are not a whole number of pixels",
            "les cases d'un niveau ne font pas un nombre entier de pixels",
        )
    return [int(stride) for stride in strides]


def _set_strides(network: Yolov5, strides: list[int]) -> None:
    network.stride = strides
    head = network.head
    head.stride = torch.tensor(strides, dtype=torch.float32, device="cpu")
    anchors = head.get_buffer("anchors")  # (levels, anchors, 2): pixels until here, cells from now on, as upstream
    anchors /= torch.tensor(strides, dtype=torch.float32, device=anchors.device).view(-1, 1, 1)


def _set_activations(network: Yolov5, config: Mapping[str, Any]) -> None:
    """Give each convolution an activation of its own: ultralytics' share one, upstream's v6.2 do not."""
    usual = _activation(config, "activation")
    inside_csp = _activation(config, "csp_activation")
    for module in network.modules():
        if isinstance(module, Conv) and module.act is Conv.default_act:
            module.register_module("act", usual())
        elif isinstance(module, BottleneckCSP):
            module.register_module("act", inside_csp())


def _activation(config: Mapping[str, Any], key: str) -> Callable[[], nn.Module]:
    name = config.get(key) or "nn.SiLU()"
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise unsupported_layer(str(name)[:40])
    return ACTIVATIONS[name]


def _build(name: str, classes: int) -> Yolov5:
    network = build_network(configuration(name, classes))
    _set_first_biases(network.head)
    return network


def _set_first_biases(head: Detect) -> None:
    """Start a fresh head expecting 8 objects in a 640-pixel image and each class rare (arXiv:1708.02002)."""
    for convolution, stride in zip(head.m, head.stride.tolist(), strict=True):
        bias = convolution.get_parameter("bias").detach().view(head.na, head.no)
        bias[:, 4] += math.log(8 / (640 / stride) ** 2)
        bias[:, 5:] += math.log(0.6 / (head.nc - 0.99999))


FAMILY: Final = Family(names=tuple(SIZES), image_size=(640, 640), classes=80, configuration=configuration, build=_build)
