"""Layers of YOLOv5 that its published networks do not use and that its ``parse_model`` knows: students try them.

Source: https://github.com/ultralytics/yolov5, ``models/common.py`` and ``models/experimental.py``, v6.0 … v7.0.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from ultralytics.nn.modules.block import C3, SPP
from ultralytics.nn.modules.conv import Conv


class CrossConv(nn.Module):
    """A convolution along the width, then one along the height."""

    def __init__(
        self, c1: int, c2: int, k: int = 3, s: int = 1, g: int = 1, e: float = 1.0, shortcut: bool = False
    ) -> None:
        super().__init__()
        hidden = int(c2 * e)
        self.cv1 = Conv(c1, hidden, (1, k), (1, s))
        self.cv2 = Conv(hidden, c2, (k, 1), (s, 1), g=g)
        self.add = shortcut and c1 == c2

    def forward(self, x: Tensor) -> Tensor:
        """(B, c1, H, W) -> (B, c2, H / s, W / s)."""
        crossed: Tensor = self.cv2(self.cv1(x))
        return x + crossed if self.add else crossed


class C3x(C3):
    """A C3 of crossed convolutions; ultralytics' of the same name has bottlenecks inside."""

    def __init__(self, c1: int, c2: int, n: int = 1, shortcut: bool = True, g: int = 1, e: float = 0.5) -> None:
        super().__init__(c1, c2, 0, shortcut, g, e)
        hidden = int(c2 * e)
        self.m = nn.Sequential(*(CrossConv(hidden, hidden, 3, 1, g, 1.0, shortcut) for _ in range(n)))


class C3SPP(C3):
    """A C3 around a spatial pyramid of poolings."""

    def __init__(
        self,
        c1: int,
        c2: int,
        k: Sequence[int] = (5, 9, 13),
        n: int = 1,
        shortcut: bool = True,
        g: int = 1,
        e: float = 0.5,
    ) -> None:
        super().__init__(c1, c2, n, shortcut, g, e)
        hidden = int(c2 * e)
        self.register_module("m", SPP(hidden, hidden, tuple(k)))


class MixConv2d(nn.Module):
    """Kernels of several sizes side by side, each for a share of the channels (arXiv:1907.09595)."""

    def __init__(self, c1: int, c2: int, k: Sequence[int] = (1, 3), s: int = 1, equal_ch: bool = True) -> None:
        super().__init__()
        shares = _equal_channels(len(k), c2) if equal_ch else _equal_weights(k, c2)
        self.m = nn.ModuleList(
            nn.Conv2d(c1, share, size, s, size // 2, groups=math.gcd(c1, share), bias=False)
            for size, share in zip(k, shares, strict=True)
        )
        self.bn = nn.BatchNorm2d(c2)
        self.act = nn.SiLU()

    def forward(self, x: Tensor) -> Tensor:
        """(B, c1, H, W) -> (B, c2, H / s, W / s)."""
        activated: Tensor = self.act(self.bn(torch.cat([convolution(x) for convolution in self.m], 1)))
        return activated


def _equal_channels(kernels: int, channels: int) -> list[int]:
    places = torch.linspace(0, kernels - 1e-6, channels, device="cpu").floor()
    return [int((places == index).sum()) for index in range(kernels)]


def _equal_weights(kernels: Sequence[int], channels: int) -> list[int]:
    """Channels in the inverse ratio of the kernels' areas, so that each kernel holds as many numbers."""
    inverse = [1 / size**2 for size in kernels]
    return [round(channels * one / sum(inverse)) for one in inverse]


class DWConvTranspose2d(nn.ConvTranspose2d):
    """A transposed convolution of as many groups as the channels allow."""

    def __init__(self, c1: int, c2: int, k: int = 1, s: int = 1, p1: int = 0, p2: int = 0) -> None:
        super().__init__(c1, c2, k, s, p1, p2, groups=math.gcd(c1, c2))


class Contract(nn.Module):
    """Squares of gain × gain pixels become channels: (B, C, H, W) -> (B, C gain², H / gain, W / gain)."""

    def __init__(self, gain: int = 2) -> None:
        super().__init__()
        self.gain = gain

    def forward(self, x: Tensor) -> Tensor:
        """Row of the square first, then its column, then the channel, as in v5.0 … v7.0."""
        batch, channels, height, width = x.shape
        gain = self.gain
        squares = x.view(batch, channels, height // gain, gain, width // gain, gain)
        return squares.permute(0, 3, 5, 1, 2, 4).reshape(batch, channels * gain**2, height // gain, width // gain)


class Expand(nn.Module):
    """The reverse of :class:`Contract`: (B, C, H, W) -> (B, C / gain², H gain, W gain)."""

    def __init__(self, gain: int = 2) -> None:
        super().__init__()
        self.gain = gain

    def forward(self, x: Tensor) -> Tensor:
        """Channels are rows of squares, then columns, then channels."""
        batch, channels, height, width = x.shape
        gain = self.gain
        squares = x.view(batch, gain, gain, channels // gain**2, height, width)
        return squares.permute(0, 3, 4, 1, 5, 2).reshape(batch, channels // gain**2, height * gain, width * gain)
