"""A tree of parts and a checkpoint's numbers -> an ONNX graph, batch normalization folded into the convolutions.

The same walk without numbers gives the shapes of every feature map and the multiply-accumulate operations, so that
strides and costs are known before anything runs. The picture comes as bytes, (B, H, W, 3) RGB in 0…255; the division
by 255 disappears in the first convolution. Each level of the head is an output, (B, anchors × values, ny, nx), not yet
decoded (``ml.engines.yolov5``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ml.engines.onnx_writer import OnnxWriter
from ml.engines.parts import BATCH_NORM_EPS, HEADS, NeedsTorch, Part
from ml.zoo.yolov5_config import Plan

Array = npt.NDArray[Any]
State = Mapping[str, Array]

INPUT: Final = "pictures"
WHITE: Final = 255.0


@dataclass(frozen=True)
class Feature:
    """A feature map: its name in the graph, its shape for the trial picture, and a factor that it still lacks."""

    name: str
    channels: int
    height: int
    width: int
    factor: float = 1.0


class Walker:
    """Walks through a network for one picture: shapes and costs, and nodes when there is a ``writer``."""

    def __init__(self, writer: OnnxWriter | None = None, state: State | None = None) -> None:
        self.writer = writer
        self.state = state or {}
        self.macs = 0

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        return self.writer.node(operator, *inputs, **attributes) if self.writer else ""

    def integers(self, *values: int) -> str:
        return self.writer.constant(np.array(values, np.int64)) if self.writer else ""

    def real(self, *values: float) -> str:
        return self.writer.constant(np.array(values, np.float32)) if self.writer else ""

    def weight(self, values: Array) -> str:
        return self.writer.weight(values) if self.writer else ""

    def convolve(self, x: Feature, spec: Mapping[str, Any], weight: Array | None, bias: Array | None) -> Feature:
        """One convolution; ``weight`` and ``bias`` are None where only shapes are wanted."""
        if x.channels != spec["in_channels"]:
            raise NeedsTorch(f"{x.channels} channels for {spec['in_channels']}")
        kernel, stride, padding = spec["kernel_size"], spec["stride"], spec["padding"]
        height, width = _sides(x, kernel, stride, padding)
        self.macs += spec["out_channels"] * height * width * (x.channels // spec["groups"]) * prod(kernel)
        if self.writer is None or weight is None:
            return Feature("", spec["out_channels"], height, width)
        inputs = [x.name, self.weight(weight * np.float32(x.factor) if x.factor != 1 else weight)]
        if bias is not None:
            inputs.append(self.weight(bias))
        name = self.node(
            "Conv",
            *inputs,
            kernel_shape=list(kernel),
            strides=list(stride),
            pads=[*padding, *padding],
            group=spec["groups"],
        )
        return Feature(name, spec["out_channels"], height, width)

    def plain(self, x: Feature) -> Feature:
        """The feature with its factor applied, for what is not a convolution."""
        if x.factor == 1:
            return x
        return replace(x, name=self.node("Mul", x.name, self.real(x.factor)), factor=1.0)

    def joined(self, features: Sequence[Feature]) -> Feature:
        """Along the channels; all of one size."""
        first = features[0]
        if any((one.height, one.width, one.factor) != (first.height, first.width, first.factor) for one in features):
            raise NeedsTorch("feature maps of several sizes are joined")
        name = self.node("Concat", *(one.name for one in features), axis=1)
        return replace(first, name=name, channels=sum(one.channels for one in features))

    def added(self, one: Feature, other: Feature) -> Feature:
        if replace(one, name="") != replace(other, name=""):
            raise NeedsTorch("feature maps of several shapes are added")
        return replace(one, name=self.node("Add", one.name, other.name))


Emit = Callable[[Walker, str, Part, Feature], Feature]


def walk(walker: Walker, root: Part, plan: Plan, height: int, width: int) -> list[Feature]:
    """The levels of the head for one picture of these sides. Raises NeedsTorch for what does not fit together."""
    picture = Feature(INPUT, plan.input_channels, height, width)
    if walker.writer:
        name = walker.node("Transpose", INPUT, perm=[0, 3, 1, 2])
        picture = replace(picture, name=walker.node("Cast", name, to=1), factor=1 / WHITE)
    outputs: dict[int, Feature] = {-1: picture}
    layers = root.parts["model"].parts
    for index, layer in enumerate(plan.layers):
        part, path = layers[str(index)], f"model.{index}"
        fed = [outputs[source] for source in layer.inputs]
        if layer.kind == "Detect":
            return [_level(walker, f"{path}.m.{at}", part.parts["m"].parts[str(at)], x) for at, x in enumerate(fed)]
        if layer.kind == "Concat":
            outputs[index] = walker.joined([walker.plain(one) for one in fed])
        elif layer.takes_list:
            raise NeedsTorch(f"a list for {layer.kind}")
        else:
            outputs[index] = emit(walker, path, part, fed[0])
    raise NeedsTorch("no head")


def emit(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    """One part, whatever its kind."""
    return EMITTERS[part.kind](walker, path, part, x)


def _inside(walker: Walker, path: str, part: Part, name: str, x: Feature) -> Feature:
    return emit(walker, f"{path}.{name}", part.parts[name], x)


def _level(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    state = walker.state
    return walker.convolve(x, part.stated, state.get(f"{path}.weight"), state.get(f"{path}.bias"))


def _conv(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    weight, bias = _folded(walker.state, f"{path}.conv", f"{path}.bn")
    y = walker.convolve(x, part.parts["conv"].stated, weight, bias)
    return _inside(walker, path, part, "act", y)


def _folded(state: State, convolution: str, normalization: str, rows: slice = slice(None)) -> tuple[Any, Any]:
    """Weight and bias of a convolution with its batch normalization (some rows of it); (None, None) without numbers."""
    weight = state.get(f"{convolution}.weight")
    if weight is None:
        return None, None
    scale, shift, mean, variance = (
        state[f"{normalization}.{name}"][rows] for name in ("weight", "bias", "running_mean", "running_var")
    )
    with np.errstate(over="ignore", invalid="ignore"):  # the trial with a grey picture finds what comes of it
        factor = scale / np.sqrt(variance + np.float32(BATCH_NORM_EPS))
        return weight * factor[:, None, None, None], shift - mean * factor


def _bottleneck(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    y = _inside(walker, path, part, "cv2", _inside(walker, path, part, "cv1", x))
    return walker.added(walker.plain(x), y) if part.stated["add"] else y


def _bottleneck_csp(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    """Its one normalization lies over two convolutions: each takes its half."""
    hidden = part.parts["cv2"].stated["out_channels"]
    deep = _inside(walker, path, part, "m", _inside(walker, path, part, "cv1", x))
    state, norm = walker.state, f"{path}.bn"
    first = walker.convolve(deep, part.parts["cv3"].stated, *_folded(state, f"{path}.cv3", norm, slice(hidden)))
    after = slice(hidden, None)
    second = walker.convolve(x, part.parts["cv2"].stated, *_folded(state, f"{path}.cv2", norm, after))
    both = _inside(walker, path, part, "act", walker.joined([first, second]))
    return _inside(walker, path, part, "cv4", both)


def _c3(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    deep = _inside(walker, path, part, "m", _inside(walker, path, part, "cv1", x))
    return _inside(walker, path, part, "cv3", walker.joined([deep, _inside(walker, path, part, "cv2", x)]))


def _focus(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    if x.height % 2 or x.width % 2:
        raise NeedsTorch("a picture of odd sides")
    parts = []
    for row, column in ((0, 0), (1, 0), (0, 1), (1, 1)):
        ends = (walker.integers(1 << 30, 1 << 30), walker.integers(2, 3), walker.integers(2, 2))
        name = walker.node("Slice", x.name, walker.integers(row, column), *ends)
        parts.append(replace(x, name=name, height=x.height // 2, width=x.width // 2))
    return _inside(walker, path, part, "conv", walker.joined(parts))


def _ghost_conv(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    y = _inside(walker, path, part, "cv1", x)
    return walker.joined([y, _inside(walker, path, part, "cv2", y)])


def _ghost_bottleneck(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    x = walker.plain(x)
    y = _inside(walker, path, part, "conv", x)
    return walker.added(y, _inside(walker, path, part, "shortcut", x))


def _spp(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    y = _inside(walker, path, part, "cv1", x)
    pooled = [emit(walker, path, pool, y) for pool in part.parts["m"].parts.values()]
    return _inside(walker, path, part, "cv2", walker.joined([y, *pooled]))


def _sppf(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    pooled = [_inside(walker, path, part, "cv1", x)]
    for _ in range(3):
        pooled.append(_inside(walker, path, part, "m", pooled[-1]))
    return _inside(walker, path, part, "cv2", walker.joined(pooled))


def _sequence(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    for name in part.parts:
        x = _inside(walker, path, part, name, x)
    return x


def _pool(walker: Walker, _path: str, part: Part, x: Feature) -> Feature:
    x = walker.plain(x)
    kernel, stride, padding = ([part.stated[key]] * 2 for key in ("kernel_size", "stride", "padding"))
    height, width = _sides(x, kernel, stride, padding)
    name = walker.node("MaxPool", x.name, kernel_shape=kernel, strides=stride, pads=[*padding, *padding])
    return replace(x, name=name, height=height, width=width)


def _upsample(walker: Walker, _path: str, part: Part, x: Feature) -> Feature:
    x, factor = walker.plain(x), int(part.stated["scale_factor"])
    name = walker.node(
        "Resize",
        x.name,
        "",
        walker.real(1, 1, factor, factor),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    return replace(x, name=name, height=x.height * factor, width=x.width * factor)


def _zero_pad(walker: Walker, _path: str, part: Part, x: Feature) -> Feature:
    left, right, top, bottom = part.stated["padding"]
    name = walker.node("Pad", walker.plain(x).name, walker.integers(0, 0, top, left, 0, 0, bottom, right))
    return Feature(name, x.channels, x.height + top + bottom, x.width + left + right)


def _silu(walker: Walker, _path: str, _part: Part, x: Feature) -> Feature:
    return replace(x, name=walker.node("Mul", x.name, walker.node("Sigmoid", x.name)))


def _mish(walker: Walker, _path: str, _part: Part, x: Feature) -> Feature:
    return replace(x, name=walker.node("Mul", x.name, walker.node("Tanh", walker.node("Softplus", x.name))))


def _leaky(walker: Walker, _path: str, part: Part, x: Feature) -> Feature:
    return replace(x, name=walker.node("LeakyRelu", x.name, alpha=float(part.stated["negative_slope"])))


def _relu6(walker: Walker, _path: str, _part: Part, x: Feature) -> Feature:
    low, high = (walker.writer.constant(np.array(bound, np.float32)) if walker.writer else "" for bound in (0.0, 6.0))
    return replace(x, name=walker.node("Clip", x.name, low, high))


def _of_operator(operator: str) -> Emit:
    def emit_one(walker: Walker, _path: str, _part: Part, x: Feature) -> Feature:
        return replace(x, name=walker.node(operator, x.name))

    return emit_one


def _identity(_walker: Walker, _path: str, _part: Part, x: Feature) -> Feature:
    return x


def _transformer(walker: Walker, path: str, part: Part, x: Feature) -> Feature:
    """(B, C, H, W) -> cells (B, L, C), a learned position, the layers, and back."""
    channels, cells = x.channels, x.height * x.width
    shape = walker.node("Shape", x.name)
    rows = walker.node("Reshape", x.name, walker.integers(0, channels, -1))
    rows = walker.node("Transpose", rows, perm=[0, 2, 1])
    rows = walker.node("Add", rows, _linear(walker, f"{path}.linear", rows, channels, cells))
    for name in part.parts["tr"].parts:
        rows = _transformer_layer(walker, f"{path}.tr.{name}", rows, channels, cells)
    back = walker.node("Transpose", rows, perm=[0, 2, 1])
    return replace(x, name=walker.node("Reshape", back, shape))


def _transformer_layer(walker: Walker, path: str, x: str, channels: int, cells: int) -> str:
    heads = []
    for place, name in enumerate(("q", "k", "v")):
        y = _linear(walker, f"{path}.{name}", x, channels, cells)
        share = slice(place * channels, (place + 1) * channels)
        y = _linear(walker, f"{path}.ma.in_proj", y, channels, cells, share)
        y = walker.node("Reshape", y, walker.integers(0, -1, HEADS, channels // HEADS))
        heads.append(walker.node("Transpose", y, perm=[0, 2, 3, 1] if name == "k" else [0, 2, 1, 3]))
    query, key, value = heads  # (B, heads, L, C / heads), the key's last two swapped
    query = walker.node("Mul", query, walker.real((channels // HEADS) ** -0.5))
    weights = walker.node("Softmax", walker.node("MatMul", query, key), axis=-1)
    seen = walker.node("Transpose", walker.node("MatMul", weights, value), perm=[0, 2, 1, 3])
    seen = walker.node("Reshape", seen, walker.integers(0, -1, channels))
    walker.macs += 2 * cells * cells * channels
    x = walker.node("Add", x, _linear(walker, f"{path}.ma.out_proj", seen, channels, cells))
    y = _linear(walker, f"{path}.fc1", x, channels, cells)
    return walker.node("Add", x, _linear(walker, f"{path}.fc2", y, channels, cells))


def _linear(walker: Walker, path: str, x: str, channels: int, cells: int, rows: slice = slice(None)) -> str:
    """A square dense layer, or the rows of one: ``x`` (B, L, C) times the weight, plus the bias where there is one."""
    walker.macs += cells * channels * channels
    separator = "_" if path.endswith("in_proj") else "."
    weight, bias = (walker.state.get(f"{path}{separator}{name}") for name in ("weight", "bias"))
    if weight is None:
        return ""
    y = walker.node("MatMul", x, walker.weight(weight[rows].T))
    return y if bias is None else walker.node("Add", y, walker.weight(bias[rows]))


def _sides(x: Feature, kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int]) -> tuple[int, int]:
    height, width = (
        (side + 2 * around - size) // step + 1
        for side, size, step, around in zip((x.height, x.width), kernel, stride, padding, strict=True)
    )
    if height < 1 or width < 1:
        raise NeedsTorch("nothing is left of the picture")
    return height, width


EMITTERS: Final[Mapping[str, Emit]] = {
    "Conv": _conv,
    "DWConv": _conv,
    "Focus": _focus,
    "GhostConv": _ghost_conv,
    "Bottleneck": _bottleneck,
    "GhostBottleneck": _ghost_bottleneck,
    "BottleneckCSP": _bottleneck_csp,
    "C3": _c3,
    "C3TR": _c3,
    "C3Ghost": _c3,
    "SPP": _spp,
    "SPPF": _sppf,
    "TransformerBlock": _transformer,
    "Sequential": _sequence,
    "MaxPool2d": _pool,
    "Upsample": _upsample,
    "ZeroPad2d": _zero_pad,
    "SiLU": _silu,
    "Hardswish": _of_operator("HardSwish"),
    "LeakyReLU": _leaky,
    "ReLU": _of_operator("Relu"),
    "ReLU6": _relu6,
    "Mish": _mish,
    "Identity": _identity,
}
