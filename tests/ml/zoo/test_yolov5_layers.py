"""Each layer of YOLOv5 against the same arithmetic written with torch's own functions, from its numbers alone."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.zoo.yolov5 import LAYERS

State = Mapping[str, Tensor]
EPSILON = 1e-5  # torch's own: the network sets 1e-3 once it is whole


def part(state: State, name: str) -> dict[str, Tensor]:
    return {key.removeprefix(f"{name}."): value for key, value in state.items() if key.startswith(f"{name}.")}


def normalized(x: Tensor, s: State) -> Tensor:
    mean, var = (s[name].view(1, -1, 1, 1) for name in ("running_mean", "running_var"))
    weight, bias = (s[name].view(1, -1, 1, 1) for name in ("weight", "bias"))
    return (x - mean) / (var + EPSILON).sqrt() * weight + bias


def silu(x: Tensor) -> Tensor:
    return x / (1 + (-x).exp())


def conv(x: Tensor, s: State, stride: Any = 1, groups: int = 1, act: bool = True) -> Tensor:
    """Convolution "same", normalization, SiLU."""
    weight = s["conv.weight"]
    y = normalized(
        F.conv2d(x, weight, stride=stride, padding=[n // 2 for n in weight.shape[2:]], groups=groups), part(s, "bn")
    )
    return silu(y) if act else y


def bottleneck(x: Tensor, s: State, shortcut: bool = True) -> Tensor:
    y = conv(conv(x, part(s, "cv1")), part(s, "cv2"))
    return x + y if shortcut and x.shape == y.shape else y


def repeated(x: Tensor, s: State, block: Callable[[Tensor, State], Tensor]) -> Tensor:
    for index in range(1 + max((int(key.partition(".")[0]) for key in s), default=-1)):
        x = block(x, part(s, str(index)))
    return x


def c3(x: Tensor, s: State, inner: Callable[[Tensor, State], Tensor]) -> Tensor:
    left = inner(conv(x, part(s, "cv1")), part(s, "m"))
    return conv(torch.cat((left, conv(x, part(s, "cv2"))), 1), part(s, "cv3"))


def crossed(x: Tensor, s: State) -> Tensor:
    return x + conv(conv(x, part(s, "cv1")), part(s, "cv2"))


def pooled(x: Tensor, side: int) -> Tensor:
    return F.max_pool2d(x, side, stride=1, padding=side // 2)


def pyramid(x: Tensor, s: State, sides: tuple[int, ...] = (5, 9, 13)) -> Tensor:
    y = conv(x, part(s, "cv1"))
    return conv(torch.cat([y, *(pooled(y, side) for side in sides)], 1), part(s, "cv2"))


def ghost(x: Tensor, s: State, act: bool = True) -> Tensor:
    y = conv(x, part(s, "cv1"), act=act)
    return torch.cat((y, conv(y, part(s, "cv2"), groups=y.shape[1], act=act)), 1)


def ghost_bottleneck(x: Tensor, s: State) -> Tensor:
    inner = part(s, "conv")
    return ghost(ghost(x, part(inner, "0")), part(inner, "2"), act=False) + x


def linear(x: Tensor, s: State) -> Tensor:
    return x @ s["weight"].T + s.get("bias", torch.zeros(()))


def attention(x: Tensor, s: State, heads: int = 4) -> Tensor:
    """(L, B, C): torch's multi-head attention after the layer's own q, k, v."""
    length, batch, channels = x.shape
    weights, biases = s["ma.in_proj_weight"].chunk(3), s["ma.in_proj_bias"].chunk(3)
    split = []
    for name, weight, bias in zip("qkv", weights, biases, strict=True):
        one = (x @ s[f"{name}.weight"].T) @ weight.T + bias
        split.append(one.view(length, batch, heads, channels // heads).permute(1, 2, 0, 3))
    query, key, value = split
    share = (query @ key.transpose(-1, -2) / math.sqrt(channels // heads)).softmax(-1)
    joined = (share @ value).permute(2, 0, 1, 3).reshape(length, batch, channels)
    y = linear(joined, part(s, "ma.out_proj")) + x
    return linear(linear(y, part(s, "fc1")), part(s, "fc2")) + y


def transformer(x: Tensor, s: State) -> Tensor:
    batch, channels, height, width = x.shape
    flat = x.flatten(2).permute(2, 0, 1)
    y = repeated(flat + linear(flat, part(s, "linear")), part(s, "tr"), attention)
    return y.permute(1, 2, 0).reshape(batch, channels, height, width)


def csp(x: Tensor, s: State) -> Tensor:
    """BottleneckCSP with SiLU, as in v4.0 and later releases' code."""
    left = F.conv2d(repeated(conv(x, part(s, "cv1")), part(s, "m"), bottleneck), s["cv3.weight"])
    joined = torch.cat((left, F.conv2d(x, s["cv2.weight"])), 1)
    return conv(silu(normalized(joined, part(s, "bn"))), part(s, "cv4"))


def focus(x: Tensor, s: State) -> Tensor:
    corners = [x[..., row::2, column::2] for column in (0, 1) for row in (0, 1)]
    return conv(torch.cat(corners, 1), part(s, "conv"))


def sppf(x: Tensor, s: State) -> Tensor:
    """Chained poolings of five are poolings of 5, 9 and 13."""
    return pyramid(x, s)


def mixed(x: Tensor, s: State) -> Tensor:
    parts = [
        F.conv2d(x, s[f"m.{index}.weight"], padding=s[f"m.{index}.weight"].shape[2] // 2, groups=8) for index in (0, 1)
    ]
    return silu(normalized(torch.cat(parts, 1), part(s, "bn")))


def contracted(x: Tensor, _: State) -> Tensor:
    """Channel (r, c, k) holds, of channel k, the pixels of row r and column c of each 2 × 2."""
    return torch.cat([x[:, :, row::2, column::2] for row in (0, 1) for column in (0, 1)], 1)


def expanded(x: Tensor, _: State) -> Tensor:
    batch, channels, height, width = x.shape
    y = torch.zeros(batch, channels // 4, 2 * height, 2 * width)
    for index, (row, column) in enumerate((row, column) for row in (0, 1) for column in (0, 1)):
        y[:, :, row::2, column::2] = x[:, index * channels // 4 : (index + 1) * channels // 4]
    return y


CASES: dict[str, tuple[tuple[Any, ...], Callable[[Tensor, State], Tensor]]] = {
    "Conv": ((16, 24, 3, 2), lambda x, s: conv(x, s, stride=2)),
    "DWConv": ((16, 16, 3), lambda x, s: conv(x, s, groups=16)),
    "Focus": ((16, 24, 3), focus),
    "Bottleneck": ((16, 16), bottleneck),
    "BottleneckCSP": ((16, 24, 2), csp),
    "C3": ((16, 24, 2), lambda x, s: c3(x, s, lambda y, t: repeated(y, t, bottleneck))),
    "C3TR": ((16, 24, 2), lambda x, s: c3(x, s, lambda y, t: transformer(y, t))),
    "C3Ghost": ((16, 32, 2), lambda x, s: c3(x, s, lambda y, t: repeated(y, t, ghost_bottleneck))),
    "C3x": ((16, 24, 2), lambda x, s: c3(x, s, lambda y, t: repeated(y, t, crossed))),
    "C3SPP": ((16, 24, [3, 5]), lambda x, s: c3(x, s, lambda y, t: pyramid(y, t, (3, 5)))),
    "SPP": ((16, 24, [5, 9, 13]), pyramid),
    "SPPF": ((16, 24, 5), sppf),
    "GhostConv": ((16, 24), ghost),
    "GhostBottleneck": ((16, 16), ghost_bottleneck),
    "CrossConv": ((16, 16, 3, 1, 1, 1.0, True), crossed),
    "MixConv2d": ((16, 16, [1, 3]), mixed),
    "DWConvTranspose2d": (
        (16, 16, 2, 2),
        lambda x, s: F.conv_transpose2d(x, s["weight"], s["bias"], stride=2, groups=16),
    ),
    "Contract": ((2,), contracted),
    "Expand": ((2,), expanded),
}


@pytest.mark.parametrize("name", CASES)
def test_a_layer_computes_what_its_release_says(name: str) -> None:
    arguments, expected = CASES[name]
    generator = torch.Generator().manual_seed(5)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        layer = LAYERS[name](*arguments).eval()
    for module in layer.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.get_buffer("running_mean").normal_(0, 0.3, generator=generator)
            module.get_buffer("running_var").uniform_(0.5, 1.5, generator=generator)
            module.get_parameter("weight").data.uniform_(0.5, 1.5, generator=generator)
            module.get_parameter("bias").data.normal_(0, 0.3, generator=generator)
    x = torch.randn(2, 16, 12, 8, generator=generator)
    with torch.no_grad():
        assert torch.allclose(layer(x), expected(x, layer.state_dict()), atol=2e-5)


def test_kernels_of_equal_weight_share_the_channels_in_the_inverse_ratio_of_their_areas() -> None:
    layer = LAYERS["MixConv2d"](20, 20, [1, 3], 1, False)
    assert [int(part.out_channels) for part in layer.get_submodule("m")] == [18, 2]


def test_what_was_contracted_is_expanded_again() -> None:
    x = torch.randn(1, 4, 8, 8)
    assert torch.equal(LAYERS["Expand"](2)(LAYERS["Contract"](2)(x)), x)
