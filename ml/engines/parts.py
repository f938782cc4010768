"""The modules of a YOLOv5 network as plain data: which class, which hyper-parameters, which tensors, what inside.

Torch builds the same from ``ml.zoo.yolov5`` in seconds of import; here it takes milliseconds of arithmetic, and a test
holds the two equal for every published network. An argument that no published network has is left to torch
(``NeedsTorch``), which then accepts or refuses it. Sources: YOLOv5 v3.1 … v7, ``models/common.py``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ml.checkpoints.comparing import Blueprint, Tensor
from ml.zoo.yolov5_config import LayerPlan, Plan

BATCH_NORM_EPS: Final = 1e-3
BOX_VALUES: Final = 5  # x, y, width, height, objectness
HEADS: Final = 4  # of C3TR's attention
#: The activations by the configuration's words: class, hyper-parameters.
ACTIVATIONS: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "nn.SiLU()": ("SiLU", {}),
    "nn.Hardswish()": ("Hardswish", {}),
    "nn.LeakyReLU(0.1)": ("LeakyReLU", {"negative_slope": 0.1}),
    "nn.ReLU()": ("ReLU", {}),
    "nn.ReLU6()": ("ReLU6", {}),
    "nn.Mish()": ("Mish", {}),
}
_BUFFERS: Final = frozenset({"running_mean", "running_var", "num_batches_tracked", "anchors"})


class NeedsTorch(Exception):
    """This network can only be judged, or run, by torch."""


@dataclass(frozen=True)
class Part:
    """One module: its class, what it states of itself, its own tensors, the modules inside by name."""

    kind: str
    stated: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    parts: Mapping[str, "Part"] = field(default_factory=dict)


@dataclass(frozen=True)
class Makers:
    """What makes the layers of one network: their activations are the network's, not the layer's."""

    activation: str
    inside_csp: str

    def layer(self, plan: LayerPlan) -> Part:
        """One line of the configuration. Raises NeedsTorch for a kind or an argument that is not known here."""
        makers: dict[str, Callable[..., Part]] = {
            "Conv": self.conv,
            "DWConv": self.depthwise,
            "Focus": self.focus,
            "GhostConv": self.ghost_conv,
            "Bottleneck": self.bottleneck,
            "GhostBottleneck": self.ghost_bottleneck,
            "BottleneckCSP": self.bottleneck_csp,
            "C3": self.c3,
            "C3TR": self.c3tr,
            "C3Ghost": self.c3_ghost,
            "SPP": self.spp,
            "SPPF": self.sppf,
            "Concat": _concat,
            "Detect": _detect,
            "nn.Upsample": _upsample,
            "nn.MaxPool2d": max_pool,
            "nn.ZeroPad2d": _zero_pad,
        }
        make = makers.get(plan.kind)
        if make is None:
            raise NeedsTorch(plan.kind)
        try:
            made = [make(*plan.arguments) for _ in range(plan.repeats)]
        except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
            raise NeedsTorch(f"{plan.kind}: {error}") from error
        return made[0] if plan.repeats == 1 else _sequence("Sequential", made)

    def conv(self, c1: int, c2: int, k: Any = 1, s: Any = 1, p: Any = None, g: int = 1, act: Any = True) -> Part:
        """Convolution, batch normalization, activation: ``Conv``."""
        return self._conv("Conv", c1, c2, k, s, p, g, act)

    def depthwise(self, c1: int, c2: int, k: Any = 1, s: Any = 1, act: Any = True) -> Part:
        return self._conv("DWConv", c1, c2, k, s, None, _common_divisor(c1, c2), act)

    def _conv(self, kind: str, c1: int, c2: int, k: Any, s: Any, p: Any, g: int, act: Any) -> Part:
        kernel = pair(k, 1)
        padding = tuple(side // 2 for side in kernel) if p is None else pair(p, 0)
        return Part(
            kind,
            parts={
                "conv": conv2d(c1, c2, kernel, pair(s, 1), padding, g, bias=False),
                "bn": batch_norm(c2),
                "act": _activation(self.activation) if act is True else Part("Identity"),
            },
        )

    def focus(self, c1: int, c2: int, k: Any = 1, s: Any = 1, p: Any = None, g: int = 1, act: Any = True) -> Part:
        return Part("Focus", parts={"conv": self.conv(c1 * 4, c2, k, s, p, g, act)})

    def ghost_conv(self, c1: int, c2: int, k: Any = 1, s: Any = 1, g: int = 1, act: Any = True) -> Part:
        half = whole(c2, 2) // 2
        first = self.conv(c1, half, k, s, None, g, act)
        return Part("GhostConv", parts={"cv1": first, "cv2": self.conv(half, half, 5, 1, None, half, act)})

    def bottleneck(self, c1: int, c2: int, shortcut: Any = True, g: int = 1, e: float = 0.5) -> Part:
        hidden = _share(c2, e)
        parts = {"cv1": self.conv(c1, hidden), "cv2": self.conv(hidden, c2, 3, 1, None, g)}
        return Part("Bottleneck", {"add": _flag(shortcut) and c1 == c2}, parts=parts)

    def ghost_bottleneck(self, c1: int, c2: int, k: int = 3, s: int = 1) -> Part:
        half = whole(c2, 2) // 2
        whole(s, 1)
        inside = self.depthwise(half, half, k, s, act=False) if s == 2 else Part("Identity")
        layers = [self.ghost_conv(c1, half, 1, 1), inside, self.ghost_conv(half, c2, 1, 1, act=False)]
        around = Part("Identity")
        if s == 2:
            steps = [self.depthwise(c1, c1, k, s, act=False), self.conv(c1, c2, 1, 1, act=False)]
            around = _sequence("Sequential", steps)
        return Part("GhostBottleneck", parts={"conv": _sequence("Sequential", layers), "shortcut": around})

    def bottleneck_csp(self, c1: int, c2: int, n: int = 1, shortcut: Any = True, g: int = 1, e: float = 0.5) -> Part:
        hidden = _share(c2, e)
        blocks = [self.bottleneck(hidden, hidden, shortcut, g, 1.0) for _ in range(whole(n, 1))]
        parts = {
            "cv1": self.conv(c1, hidden),
            "cv2": conv2d(c1, hidden, (1, 1), (1, 1), (0, 0), 1, bias=False),
            "cv3": conv2d(hidden, hidden, (1, 1), (1, 1), (0, 0), 1, bias=False),
            "cv4": self.conv(2 * hidden, c2),
            "bn": batch_norm(2 * hidden),
            "act": _activation(self.inside_csp),
            "m": _sequence("Sequential", blocks),
        }
        return Part("BottleneckCSP", parts=parts)

    def c3(self, c1: int, c2: int, n: int = 1, shortcut: Any = True, g: int = 1, e: float = 0.5) -> Part:
        hidden = _share(c2, e)
        blocks = [self.bottleneck(hidden, hidden, shortcut, g, 1.0) for _ in range(whole(n, 1))]
        return self._c3("C3", c1, c2, hidden, _sequence("Sequential", blocks))

    def c3tr(self, c1: int, c2: int, n: int = 1, shortcut: Any = True, g: int = 1, e: float = 0.5) -> Part:
        _flag(shortcut)
        hidden = _share(c2, e)
        _divides(hidden, whole(g, 1))  # it makes bottlenecks, and throws them away
        return self._c3("C3TR", c1, c2, hidden, transformer_block(hidden, whole(n, 1)))

    def c3_ghost(self, c1: int, c2: int, n: int = 1, shortcut: Any = True, g: int = 1, e: float = 0.5) -> Part:
        _flag(shortcut)
        hidden = _share(c2, e)
        _divides(hidden, whole(g, 1))
        blocks = [self.ghost_bottleneck(hidden, hidden) for _ in range(whole(n, 1))]
        return self._c3("C3Ghost", c1, c2, hidden, _sequence("Sequential", blocks))

    def _c3(self, kind: str, c1: int, c2: int, hidden: int, inside: Part) -> Part:
        parts = {
            "cv1": self.conv(c1, hidden),
            "cv2": self.conv(c1, hidden),
            "cv3": self.conv(2 * hidden, c2),
            "m": inside,
        }
        return Part(kind, parts=parts)

    def spp(self, c1: int, c2: int, k: Any = (5, 9, 13)) -> Part:
        hidden = whole(c1, 2) // 2
        pools = [max_pool(whole(side, 1), 1, side // 2) for side in k]
        parts = {
            "cv1": self.conv(c1, hidden, 1, 1),
            "cv2": self.conv(hidden * (len(k) + 1), c2, 1, 1),
            "m": _sequence("ModuleList", pools),
        }
        return Part("SPP", parts=parts)

    def sppf(self, c1: int, c2: int, k: int = 5) -> Part:
        hidden = whole(c1, 2) // 2
        parts = {
            "cv1": self.conv(c1, hidden, 1, 1),
            "cv2": self.conv(hidden * 4, c2, 1, 1),
            "m": max_pool(whole(k, 1), 1, k // 2),
        }
        return Part("SPPF", parts=parts)


def conv2d(
    c1: int, c2: int, kernel: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...], g: int, *, bias: bool
) -> Part:
    """torch's convolution. Raises NeedsTorch where torch would not make one."""
    _divides(whole(c1, 1), whole(g, 1))
    _divides(whole(c2, 1), g)
    stated = {
        "in_channels": c1,
        "out_channels": c2,
        "kernel_size": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": (1, 1),
        "transposed": False,
        "output_padding": (0, 0),
        "groups": g,
        "padding_mode": "zeros",
    }
    tensors = {"weight": Tensor((c2, c1 // g, *kernel))}
    return Part("Conv2d", stated, {**tensors, "bias": Tensor((c2,))} if bias else tensors)


def batch_norm(channels: int) -> Part:
    """torch's batch normalization, with YOLOv5's epsilon."""
    numbers = {name: Tensor((channels,)) for name in ("weight", "bias", "running_mean", "running_var")}
    stated = {"num_features": channels, "eps": BATCH_NORM_EPS, "affine": True, "track_running_stats": True}
    return Part("BatchNorm2d", stated, {**numbers, "num_batches_tracked": Tensor((), is_real=False)})


def linear(inside: int, outside: int, *, bias: bool, kind: str = "Linear") -> Part:
    """torch's dense layer."""
    tensors = {"weight": Tensor((outside, inside))}
    stated = {"in_features": inside, "out_features": outside}
    return Part(kind, stated, {**tensors, "bias": Tensor((outside,))} if bias else tensors)


def transformer_block(channels: int, layers: int) -> Part:
    """Attention over a feature map's cells (``TransformerBlock``)."""
    _divides(channels, HEADS)
    made = [_transformer_layer(channels) for _ in range(layers)]
    parts = {"linear": linear(channels, channels, bias=True), "tr": _sequence("Sequential", made)}
    return Part("TransformerBlock", {"c2": channels}, parts=parts)


def _transformer_layer(channels: int) -> Part:
    square = linear(channels, channels, bias=False)
    out = linear(channels, channels, bias=True, kind="NonDynamicallyQuantizableLinear")
    attention = Part(
        "MultiheadAttention",
        {"embed_dim": channels, "num_heads": HEADS, "head_dim": channels // HEADS, "batch_first": False},
        {"in_proj_weight": Tensor((3 * channels, channels)), "in_proj_bias": Tensor((3 * channels,))},
        {"out_proj": out},
    )
    parts = {"q": square, "k": square, "v": square, "ma": attention, "fc1": square, "fc2": square}
    return Part("TransformerLayer", parts=parts)


def max_pool(kernel: int, stride: int | None = None, padding: int = 0) -> Part:
    """torch's max pooling, of whole sides. Raises NeedsTorch where torch would refuse to run it."""
    stride = kernel if stride is None else stride
    if 2 * whole(padding, 0) > whole(kernel, 1):
        raise NeedsTorch("pooling")
    stated = {
        "kernel_size": kernel,
        "stride": whole(stride, 1),
        "padding": padding,
        "dilation": 1,
        "return_indices": False,
        "ceil_mode": False,
    }
    return Part("MaxPool2d", stated)


def _upsample(size: Any = None, scale: Any = None, mode: Any = "nearest") -> Part:
    if size is not None or mode != "nearest":
        raise NeedsTorch("nn.Upsample")
    return Part("Upsample", {"scale_factor": float(whole(scale, 1)), "mode": "nearest"})


def _zero_pad(padding: Any) -> Part:
    sides = (padding,) * 4 if type(padding) is int else tuple(padding)
    if len(sides) != 4:
        raise NeedsTorch("nn.ZeroPad2d")
    return Part("ZeroPad2d", {"padding": tuple(whole(side, 0) for side in sides)})


def _concat(dimension: Any = 1) -> Part:
    if type(dimension) is not int or dimension != 1:
        raise NeedsTorch("Concat")
    return Part("Concat", {"d": 1})


def _detect(classes: int, anchors: list[list[float]], channels: list[int]) -> Part:
    outputs, per_cell = classes + BOX_VALUES, len(anchors[0]) // 2
    convolutions = [conv2d(count, outputs * per_cell, (1, 1), (1, 1), (0, 0), 1, bias=True) for count in channels]
    return Part(
        "Detect",
        {"nc": classes, "no": outputs, "nl": len(anchors), "na": per_cell},
        {"anchors": Tensor((len(anchors), per_cell, 2))},
        {"m": _sequence("ModuleList", convolutions)},
    )


def _activation(words: str) -> Part:
    kind, stated = ACTIVATIONS[words]
    return Part(kind, stated)


def _sequence(kind: str, parts: list[Part]) -> Part:
    return Part(kind, parts={str(index): part for index, part in enumerate(parts)})


def pair(value: Any, least: int) -> tuple[int, int]:
    """A side, or two, as torch takes them. Raises NeedsTorch for anything else."""
    sides = (value, value) if type(value) is int else tuple(value)
    if len(sides) != 2:
        raise NeedsTorch(f"two sides are expected, not {len(sides)}")
    return whole(sides[0], least), whole(sides[1], least)


def whole(value: Any, least: int) -> int:
    """A whole number of at least this. Raises NeedsTorch."""
    if type(value) is not int or value < least:
        raise NeedsTorch(f"a whole number is expected, not {value}")
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise NeedsTorch(f"True or False is expected, not {value}")
    return value


def _share(channels: int, expansion: Any) -> int:
    """Hidden channels, as ``int(c2 * e)``."""
    return whole(int(channels * float(expansion)), 1)


def _divides(channels: int, groups: int) -> None:
    if channels % groups:
        raise NeedsTorch(f"{channels} channels in {groups} groups")


def _common_divisor(one: int, other: int) -> int:
    while other:
        one, other = other, one % other
    return one


def network(plan: Plan, config: Mapping[str, Any]) -> Part:
    """The whole tree of a plan. Raises NeedsTorch."""
    words = [config.get(key) or "nn.SiLU()" for key in ("activation", "csp_activation")]
    if not all(isinstance(word, str) and word in ACTIVATIONS for word in words):
        raise NeedsTorch("activation")
    makers = Makers(*words)
    return Part("Yolov5", parts={"model": _sequence("Sequential", [makers.layer(layer) for layer in plan.layers])})


def blueprint(root: Part, strides: list[int]) -> Blueprint:
    """The tree as the comparison with a stranger's file wants it."""
    tensors: dict[str, Tensor] = {}
    modules: dict[str, tuple[str, Mapping[str, Any]]] = {}
    parameters = 0
    waiting = [("", root)]
    while waiting:
        path, part = waiting.pop()
        modules[path] = (part.kind, part.stated)
        for name, tensor in part.tensors.items():
            tensors[_join(path, name)] = tensor
            parameters += 0 if name in _BUFFERS else _size(tensor)
        waiting += [(_join(path, name), inside) for name, inside in part.parts.items()]
    modules[""] = (root.kind, {"stride": strides})
    return Blueprint(tensors, modules, parameters)


def _size(tensor: Tensor) -> int:
    count = 1
    for side in tensor.shape:
        count *= side
    return count


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
