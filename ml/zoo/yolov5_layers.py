"""The layers of YOLOv5 that ultralytics' package no longer has, or has changed since the release.

Sources: the YOLOv5 releases v3.1 (activations), v5.0 and v6.2 (Bottleneck, BottleneckCSP, SPPF, Detect).
"""

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn
from ultralytics.nn.modules.block import Bottleneck as WideBottleneck
from ultralytics.nn.modules.block import BottleneckCSP as WideBottleneckCSP
from ultralytics.nn.modules.conv import Conv

BOX_VALUES: Final = 5  # x, y, width, height, objectness


class Bottleneck(WideBottleneck):
    """YOLOv5's bottleneck: a 1×1 then a 3×3 convolution; ultralytics' default today is 3×3 twice."""

    def __init__(self, c1: int, c2: int, shortcut: bool = True, g: int = 1, e: float = 0.5) -> None:
        super().__init__(c1, c2, shortcut, g, k=(1, 3), e=e)


class BottleneckCSP(WideBottleneckCSP):
    """The CSP block of v3.1 and before; same tensors as ultralytics' but built on YOLOv5's own bottleneck."""

    def __init__(self, c1: int, c2: int, n: int = 1, shortcut: bool = True, g: int = 1, e: float = 0.5) -> None:
        super().__init__(c1, c2, 0, shortcut, g, e)
        hidden = int(c2 * e)
        self.m = nn.Sequential(*(Bottleneck(hidden, hidden, shortcut, g, e=1.0) for _ in range(n)))


class SPPF(nn.Module):
    """Three chained poolings in place of SPP's parallel ones; the first convolution is activated, as in v6.2.

    Ultralytics' has the same name and the same parameters, and no longer activates it: other numbers come out.
    """

    def __init__(self, c1: int, c2: int, k: int = 5) -> None:
        super().__init__()
        hidden = c1 // 2
        self.cv1 = Conv(c1, hidden, 1, 1)
        self.cv2 = Conv(hidden * 4, c2, 1, 1)
        self.m = nn.MaxPool2d(kernel_size=k, stride=1, padding=k // 2)

    def forward(self, x: Tensor) -> Tensor:
        """(B, c1, H, W) -> (B, c2, H, W)."""
        pooled = [self.cv1(x)]  # each (B, c1 / 2, H, W)
        for _ in range(3):
            pooled.append(self.m(pooled[-1]))
        output: Tensor = self.cv2(torch.cat(pooled, 1))
        return output


class Detect(nn.Module):
    """The anchor-based head of YOLOv5 (v3.1 … v7), which ultralytics' package no longer has.

    Training mode returns the raw heads: one (B, anchors, ny, nx, 5 + classes) tensor for each level. Evaluation
    mode returns ``(boxes, heads)``: boxes (B, N, 5 + classes) hold xywh in pixels, then the objectness and the
    class scores in 0…1, levels in the order of the inputs.

    The grid is made anew for each input. Upstream keeps it on the module and even pickles it: files of v6.0 and
    v6.1 carry one without the −0.5 offset, which shifts boxes by half a cell wherever it is reused.
    """

    stride: Tensor  # (levels,) pixels; known once the whole network is

    def __init__(self, classes: int, anchors: Sequence[Sequence[float]], channels: Sequence[int]) -> None:
        super().__init__()
        self.nc = classes
        self.no = classes + BOX_VALUES
        self.nl = len(anchors)
        self.na = len(anchors[0]) // 2
        self.stride = torch.zeros(self.nl, device="cpu")
        self.register_buffer("anchors", torch.tensor(anchors).float().view(self.nl, -1, 2))
        self.m = nn.ModuleList(nn.Conv2d(count, self.no * self.na, 1) for count in channels)

    def forward(self, inputs: Sequence[Tensor]) -> Any:
        """Levels of (B, C, ny, nx) -> the raw heads, or ``(boxes, heads)`` in evaluation mode."""
        heads = [self._head(convolution(level)) for convolution, level in zip(self.m, inputs, strict=True)]
        if self.training:
            return heads
        boxes = [self._decode(head, level) for level, head in enumerate(heads)]
        return torch.cat(boxes, 1), heads

    def _head(self, level: Tensor) -> Tensor:
        batch, _, ny, nx = level.shape
        return level.view(batch, self.na, self.no, ny, nx).permute(0, 1, 3, 4, 2).contiguous()

    def _decode(self, head: Tensor, level: int) -> Tensor:
        batch, _, ny, nx, _ = head.shape
        stride = float(self.stride[level])
        anchors = self.get_buffer("anchors")[level].view(1, self.na, 1, 1, 2) * stride  # pixels
        share = head.sigmoid()  # (B, na, ny, nx, no) in 0…1
        xy = (share[..., 0:2] * 2 + self._grid(ny, nx, head)) * stride
        wh = (share[..., 2:4] * 2) ** 2 * anchors
        return torch.cat((xy, wh, share[..., 4:]), 4).view(batch, -1, self.no)

    @staticmethod
    def _grid(ny: int, nx: int, like: Tensor) -> Tensor:
        """(1, 1, ny, nx, 2): the column and row of each cell, minus the half by which a box may leave it."""
        rows = torch.arange(ny, device=like.device, dtype=like.dtype)
        columns = torch.arange(nx, device=like.device, dtype=like.dtype)
        y, x = torch.meshgrid(rows, columns, indexing="ij")
        return torch.stack((x, y), 2).view(1, 1, ny, nx, 2) - 0.5
