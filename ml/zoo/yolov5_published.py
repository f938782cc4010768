"""The published configurations of YOLOv5, as plain data: what its releases wrote in ``models/*.yaml``.

v6.0 … v7.0 by their size (``yolov5s``, ``yolov5s6``); older ones by their release too (``yolov5s-v5.0``, the same for
v4.0, and ``yolov5s-v3.1``, the same for v2.0 … v3.1). Source: https://github.com/ultralytics/yolov5, each release.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Rows = list[list[Any]]

#: Size → depth and width multiples.
MULTIPLES: Final = {"n": (0.33, 0.25), "s": (0.33, 0.50), "m": (0.67, 0.75), "l": (1.0, 1.0), "x": (1.33, 1.25)}
ANCHORS: Final = [
    [10, 13, 16, 30, 33, 23],  # P3, stride 8
    [30, 61, 62, 45, 59, 119],  # P4, stride 16
    [116, 90, 156, 198, 373, 326],  # P5, stride 32
]
ANCHORS_6: Final = [
    [19, 27, 44, 40, 38, 94],  # P3
    [96, 68, 86, 152, 180, 137],  # P4
    [140, 301, 303, 264, 238, 542],  # P5
    [436, 615, 739, 380, 925, 792],  # P6, stride 64
]


def _head(block: str, backbone_layers: int) -> Rows:
    """Up twice and down twice; ``backbone_layers`` come before, and P4 and P3 are six and four."""
    first = backbone_layers
    return [
        [-1, 1, "Conv", [512, 1, 1]],
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 6], 1, "Concat", [1]],
        [-1, 3, block, [512, False]],
        [-1, 1, "Conv", [256, 1, 1]],
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 4], 1, "Concat", [1]],
        [-1, 3, block, [256, False]],
        [-1, 1, "Conv", [256, 3, 2]],
        [[-1, first + 4], 1, "Concat", [1]],
        [-1, 3, block, [512, False]],
        [-1, 1, "Conv", [512, 3, 2]],
        [[-1, first], 1, "Concat", [1]],
        [-1, 3, block, [1024, False]],
        [[first + 7, first + 10, first + 13], 1, "Detect", ["nc", "anchors"]],
    ]


def _head_6(block: str) -> Rows:
    """Up three times and down three times, after twelve layers."""
    return [
        [-1, 1, "Conv", [768, 1, 1]],
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 8], 1, "Concat", [1]],
        [-1, 3, block, [768, False]],
        [-1, 1, "Conv", [512, 1, 1]],
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 6], 1, "Concat", [1]],
        [-1, 3, block, [512, False]],
        [-1, 1, "Conv", [256, 1, 1]],
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 4], 1, "Concat", [1]],
        [-1, 3, block, [256, False]],
        [-1, 1, "Conv", [256, 3, 2]],
        [[-1, 20], 1, "Concat", [1]],
        [-1, 3, block, [512, False]],
        [-1, 1, "Conv", [512, 3, 2]],
        [[-1, 16], 1, "Concat", [1]],
        [-1, 3, block, [768, False]],
        [-1, 1, "Conv", [768, 3, 2]],
        [[-1, 12], 1, "Concat", [1]],
        [-1, 3, block, [1024, False]],
        [[23, 26, 29, 32], 1, "Detect", ["nc", "anchors"]],
    ]


BACKBONE: Final[Rows] = [
    [-1, 1, "Conv", [64, 6, 2, 2]],
    [-1, 1, "Conv", [128, 3, 2]],
    [-1, 3, "C3", [128]],
    [-1, 1, "Conv", [256, 3, 2]],
    [-1, 6, "C3", [256]],
    [-1, 1, "Conv", [512, 3, 2]],
    [-1, 9, "C3", [512]],
    [-1, 1, "Conv", [1024, 3, 2]],
    [-1, 3, "C3", [1024]],
    [-1, 1, "SPPF", [1024, 5]],
]
HEAD: Final[Rows] = _head("C3", 10)
_BACKBONE_6: Final[Rows] = [
    *BACKBONE[:7],
    [-1, 1, "Conv", [768, 3, 2]],
    [-1, 3, "C3", [768]],
    [-1, 1, "Conv", [1024, 3, 2]],
    [-1, 3, "C3", [1024]],
    [-1, 1, "SPPF", [1024, 5]],
]


def _focused(block: str) -> Rows:
    """The backbone up to v5.0: a slicing stem, the widest pooling before the last block."""
    return [
        [-1, 1, "Focus", [64, 3]],
        [-1, 1, "Conv", [128, 3, 2]],
        [-1, 3, block, [128]],
        [-1, 1, "Conv", [256, 3, 2]],
        [-1, 9, block, [256]],
        [-1, 1, "Conv", [512, 3, 2]],
        [-1, 9, block, [512]],
        [-1, 1, "Conv", [1024, 3, 2]],
        [-1, 1, "SPP", [1024, [5, 9, 13]]],
        [-1, 3, block, [1024, False]],
    ]


def _focused_6() -> Rows:
    return [
        *_focused("C3")[:7],
        [-1, 1, "Conv", [768, 3, 2]],
        [-1, 3, "C3", [768]],
        [-1, 1, "Conv", [1024, 3, 2]],
        [-1, 1, "SPP", [1024, [3, 5, 7]]],
        [-1, 3, "C3", [1024, False]],
    ]


@dataclass(frozen=True)
class _Table:
    backbone: Rows
    head: Rows
    anchors: list[list[int]]
    activations: Mapping[str, str]  # those that the yaml does not tell


_TABLES: Final[Mapping[str, _Table]] = {
    "yolov5{size}": _Table(BACKBONE, HEAD, ANCHORS, {}),
    "yolov5{size}6": _Table(_BACKBONE_6, _head_6("C3"), ANCHORS_6, {}),
    "yolov5{size}-v5.0": _Table(_focused("C3"), _head("C3", 10), ANCHORS, {}),
    "yolov5{size}6-v5.0": _Table(_focused_6(), _head_6("C3"), ANCHORS_6, {}),
    "yolov5{size}-v3.1": _Table(
        _focused("BottleneckCSP"),
        _head("BottleneckCSP", 10),
        ANCHORS,
        {"activation": "nn.Hardswish()", "csp_activation": "nn.LeakyReLU(0.1)"},
    ),
}
_BY_NAME: Final = {
    template.format(size=size): (table, multiples)
    for template, table in _TABLES.items()
    for size, multiples in MULTIPLES.items()
}
#: Every name that :func:`configuration` knows.
NAMES: Final = tuple(_BY_NAME)
#: The five sizes of v6.2, depth and width multiples by name.
SIZES: Final = {f"yolov5{size}": multiples for size, multiples in MULTIPLES.items()}


def configuration(name: str, classes: int) -> dict[str, Any]:
    """The yaml dictionary of a published network for this many classes; ``KeyError`` where there is none."""
    table, (depth, width) = _BY_NAME[name]
    return {
        "nc": classes,
        "depth_multiple": depth,
        "width_multiple": width,
        "anchors": table.anchors,
        "backbone": table.backbone,
        "head": table.head,
        **table.activations,
    }
