"""Descriptions of YOLOv5 networks of every release, small ones beside the published sizes, and files made of them."""

import copy
from typing import Any, Final

import torch
from torch import nn

from ml.checkpoints import Checkpoint
from ml.checkpoints.modules import HYPERPARAMETERS, Module
from ml.checkpoints.rebuilding import blueprint_of
from ml.zoo.yolov5 import Yolov5, build_network
from ml.zoo.yolov5_published import ANCHORS, configuration
from ml.zoo.yolov5_published import NAMES as PUBLISHED

Config = dict[str, Any]
NAMES: Final = ("charlie", "glasses", "mug")

TINY_3: Final = [  # yolov3-tiny
    [-1, 1, "Conv", [16, 3, 1]],
    [-1, 1, "nn.MaxPool2d", [2, 2, 0]],
    [-1, 1, "Conv", [32, 3, 1]],
    [-1, 1, "nn.MaxPool2d", [2, 2, 0]],
    [-1, 1, "Conv", [64, 3, 1]],
    [-1, 1, "nn.MaxPool2d", [2, 2, 0]],
    [-1, 1, "Conv", [128, 3, 1]],
    [-1, 1, "nn.MaxPool2d", [2, 2, 0]],
    [-1, 1, "Conv", [256, 3, 1]],
    [-1, 1, "nn.MaxPool2d", [2, 2, 0]],
    [-1, 1, "Conv", [512, 3, 1]],
    [-1, 1, "nn.ZeroPad2d", [[0, 1, 0, 1]]],
    [-1, 1, "nn.MaxPool2d", [2, 1, 0]],
]
TINY_3_HEAD: Final = [
    [-1, 1, "Conv", [1024, 3, 1]],
    [-1, 1, "Conv", [256, 1, 1]],
    [-1, 1, "Conv", [512, 3, 1]],
    [-2, 1, "Conv", [128, 1, 1]],
    [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
    [[-1, 8], 1, "Concat", [1]],
    [-1, 1, "Conv", [256, 3, 1]],
    [[19, 15], 1, "Detect", ["nc", "anchors"]],
]


def _with(base: str, backbone: Any = None, head: Any = None, **more: Any) -> Config:
    config = copy.deepcopy(configuration(base, len(NAMES)))
    return {**config, "backbone": backbone or config["backbone"], "head": head or config["head"], **more}


def _swapped(old: str, new: str, **more: Any) -> Config:
    """Every layer of one kind replaced by another of the same arguments."""
    config = _with("yolov5n", **more)
    for rows in (config["backbone"], config["head"]):
        for row in rows:
            row[2] = new if row[2] == old and row is not config["backbone"][0] else row[2]
    return config


def _row(index: int, row: list[Any]) -> Config:
    config = _with("yolov5n")
    config["backbone"][index] = row
    return config


CONFIGS: Final[dict[str, Config]] = {
    **{name: _with(name) for name in PUBLISHED},
    "yolov5n of v3.1": _with(
        "yolov5s-v3.1", width_multiple=0.25, activation="nn.Hardswish()", csp_activation="nn.LeakyReLU(0.1)"
    ),
    "yolov5n of v5.0": _with("yolov5s-v5.0", width_multiple=0.25),
    "yolov3-tiny": _with("yolov5l", TINY_3, TINY_3_HEAD, width_multiple=0.25, anchors=ANCHORS[1:]),
    "ghosts": _swapped("C3", "C3Ghost"),
    "ghost convolutions": _swapped("Conv", "GhostConv"),
    "a transformer": _row(8, [-1, 3, "C3TR", [1024]]),
    "bottlenecks": _row(2, [-1, 3, "Bottleneck", [128]]),
    "a ghost bottleneck": _row(3, [-1, 1, "GhostBottleneck", [256, 3, 2]]),
    "a depthwise convolution": _row(1, [-1, 1, "DWConv", [128, 3, 2]]),
    "groups and padding": _row(1, [-1, 1, "Conv", [128, [3, 3], 2, 1, 8]]),
    **{
        f"activated by {name}": _with("yolov5n", activation=name)
        for name in ("nn.ReLU()", "nn.ReLU6()", "nn.Mish()", "nn.LeakyReLU(0.1)", "nn.SiLU()")
    },
}
#: Those that take a moment to run.
SMALL: Final = ["yolov5n", "yolov5n6", *(name for name in CONFIGS if name not in PUBLISHED)]


def lively(config: Config, seed: int = 0) -> Yolov5:
    """The network with numbers that resemble a training's: normalizations that do something, biases too."""
    torch.manual_seed(seed)
    network = build_network(config).eval()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.weight.uniform_(0.6, 1.4)
                module.bias.normal_(0, 0.2)
                assert module.running_mean is not None
                assert module.running_var is not None
                module.running_mean.normal_(0, 0.3)
                module.running_var.uniform_(0.4, 1.6)
    return network


def file_of(network: Yolov5, config: Config) -> Checkpoint:
    """What reading its checkpoint gives, every hyper-parameter stated."""
    modules = blueprint_of(network).modules
    return Checkpoint(
        format="pt",
        family="yolov5",
        architecture="yolov5 (custom)",
        config=config,
        names=NAMES,
        state={key: tensor.numpy() for key, tensor in network.state_dict().items()},
        dtypes={},
        modules=tuple(
            Module(path, kind, {key: _as_read(value) for key, value in stated.items() if key in HYPERPARAMETERS})
            for path, (kind, stated) in modules.items()
        ),
        stated_stride=tuple(float(stride) for stride in network.stride),
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        image_size=None,
        digest="",
    )


def _as_read(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
