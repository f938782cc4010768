"""YOLOv5 with pencil and paper: shapes, parameters and operations from its configuration file and school arithmetic.

Nothing here asks the project's networks or keys: what the grader says can be held against it.
"""

from dataclasses import dataclass
from math import ceil

WIDTHS = {"yolov5n": 0.25, "yolov5s": 0.5, "yolov5m": 0.75, "yolov5l": 1.0, "yolov5x": 1.25}
DEPTHS = {"yolov5n": 0.33, "yolov5s": 0.33, "yolov5m": 0.67, "yolov5l": 1.0, "yolov5x": 1.33}

#: kind, width in the configuration file, repeats (or kernel), stride of the layer, layers it reads.
LAYERS = (
    ("conv", 64, 6, 2),
    ("conv", 128, 3, 2),
    ("c3", 128, 3, 1),
    ("conv", 256, 3, 2),
    ("c3", 256, 6, 1),
    ("conv", 512, 3, 2),
    ("c3", 512, 9, 1),
    ("conv", 1024, 3, 2),
    ("c3", 1024, 3, 1),
    ("sppf", 1024, 5, 1),
    ("conv", 512, 1, 1),
    ("up", 512, 0, 1),
    ("cat", (11, 6), 0, 1),
    ("c3", 512, 3, 1),
    ("conv", 256, 1, 1),
    ("up", 256, 0, 1),
    ("cat", (15, 4), 0, 1),
    ("c3", 256, 3, 1),
    ("conv", 256, 3, 2),
    ("cat", (18, 14), 0, 1),
    ("c3", 512, 3, 1),
    ("conv", 512, 3, 2),
    ("cat", (21, 10), 0, 1),
    ("c3", 1024, 3, 1),
)
HEAD = 24
HEAD_INPUTS = (17, 20, 23)


@dataclass(frozen=True)
class Convolution:
    """One convolution: ``side`` pixels of the image to a cell of its output."""

    kernel: int
    before: int
    after: int
    side: int
    normalized: bool = True

    @property
    def weights(self) -> int:
        return self.kernel**2 * self.before * self.after

    @property
    def learnt(self) -> int:
        return self.weights + (2 * self.after if self.normalized else self.after)

    @property
    def folded(self) -> int:
        return self.weights + self.after


@dataclass(frozen=True)
class ByHand:
    """One letter of YOLOv5."""

    model: str
    classes: int = 80

    def width(self, layer: int) -> int:
        """Output channels."""
        kind, width, _, _ = LAYERS[layer]
        if kind == "cat":
            return sum(self.width(source) for source in width)
        return ceil(width * WIDTHS[self.model] / 8) * 8

    def side(self, layer: int) -> int:
        """Pixels of the image to a cell of the output."""
        if layer < 0:
            return 1
        kind, width, _, stride = LAYERS[layer]
        if kind == "cat":
            return self.side(width[0])
        return self.side(layer - 1) // 2 if kind == "up" else self.side(layer - 1) * stride

    def inputs(self, layer: int) -> tuple[int, ...]:
        if layer == HEAD:
            return HEAD_INPUTS
        return LAYERS[layer][1] if LAYERS[layer][0] == "cat" else (layer - 1,)

    def shape(self, layer: int, height: int, width: int) -> tuple[int, ...]:
        if layer < 0:
            return (1, 3, height, width)
        if layer == HEAD:
            return (1, self.boxes(height, width), self.classes + 5)
        return (1, self.width(layer), height // self.side(layer), width // self.side(layer))

    def raw(self, level: int, height: int, width: int) -> tuple[int, ...]:
        side = (8, 16, 32)[level]
        return (1, 3, height // side, width // side, self.classes + 5)

    def cells(self, height: int, width: int) -> list[int]:
        return [height // side * (width // side) for side in (8, 16, 32)]

    def boxes(self, height: int, width: int) -> int:
        return 3 * sum(self.cells(height, width))

    def convolutions(self, layer: int | None = None) -> list[Convolution]:
        if layer is None:
            return [one for number in range(HEAD + 1) for one in self.convolutions(number)]
        if layer == HEAD:
            outputs = 3 * (self.classes + 5)
            return [Convolution(1, self.width(at), outputs, self.side(at), normalized=False) for at in HEAD_INPUTS]
        kind, _, number, _ = LAYERS[layer]
        if kind in ("up", "cat"):
            return []
        before, after, side = self.width(layer - 1) if layer else 3, self.width(layer), self.side(layer)
        if kind == "conv":
            return [Convolution(number, before, after, side)]
        half = (before if kind == "sppf" else after) // 2
        if kind == "sppf":
            return [Convolution(1, before, half, side), Convolution(1, 4 * half, after, side)]
        repeats = max(round(number * DEPTHS[self.model]), 1)
        ends = [Convolution(1, before, half, side)] * 2 + [Convolution(1, 2 * half, after, side)]
        return ends + [Convolution(1, half, half, side), Convolution(3, half, half, side)] * repeats

    def learnt(self, layer: int | None = None) -> int:
        return sum(one.learnt for one in self.convolutions(layer))

    def folded(self, layer: int | None = None) -> int:
        return sum(one.folded for one in self.convolutions(layer))

    def weights(self, layer: int | None = None) -> int:
        return sum(one.weights for one in self.convolutions(layer))

    def biases(self, layer: int | None = None) -> int:
        return sum(one.after for one in self.convolutions(layer) if not one.normalized)

    def normalization(self, layer: int | None = None) -> int:
        return sum(2 * one.after for one in self.convolutions(layer) if one.normalized)

    def macs(self, height: int, width: int, layer: int | None = None) -> int:
        return sum(one.weights * (height // one.side) * (width // one.side) for one in self.convolutions(layer))

    def pooled(self, height: int, width: int) -> int:
        """Maxima of SPPF: three poolings of 5 × 5."""
        return 3 * 24 * (self.width(8) // 2) * (height // 32) * (width // 32)
