"""Tiny YOLO, version 1: the fast network of "You Only Look Once" (Redmon et al., 2016, arXiv:1506.02640).

Nine 3×3 convolutions with biases and no batch normalization, a 2×2 pooling after each of the first six, then dense
layers 256, 4,096 and S×S×(B×5 + C). With S = 7, B = 2 and Pascal VOC's C = 20 that is 1,470 outputs and exactly
45,089,374 parameters. The first dense layer is linear, as in the authors' configuration file.
"""

from collections import OrderedDict
from typing import Any, Final

from torch import nn

from ml.zoo.family import Family

CHANNELS: Final = (16, 32, 64, 128, 256, 512, 1024, 1024, 1024)
POOLED: Final = 6  # convolutions followed by a pooling: 448 / 2**6 = 7 cells a side
CELLS: Final = 7
BOXES: Final = 2  # for each cell: x, y, width, height, confidence
DENSE: Final = (256, 4096)
SLOPE: Final = 0.1


def configuration(name: str, classes: int) -> dict[str, Any]:
    """What distinguishes two networks of this family."""
    return {"name": name, "classes": classes, "channels": CHANNELS, "dense": DENSE, "boxes": BOXES}


def _build(_name: str, classes: int) -> nn.Module:
    """(B, 3, 448, 448) in 0…1 -> (B, 49 × (10 + classes))."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    before = 3
    for number, channels in enumerate(CHANNELS, start=1):
        layers[f"conv{number}"] = nn.Conv2d(before, channels, kernel_size=3, padding=1)
        layers[f"leaky{number}"] = nn.LeakyReLU(SLOPE)
        if number <= POOLED:
            layers[f"pool{number}"] = nn.MaxPool2d(2)
        before = channels
    layers["flatten"] = nn.Flatten()
    layers["dense1"] = nn.Linear(before * CELLS * CELLS, DENSE[0])
    layers["dense2"] = nn.Linear(*DENSE)
    layers["leaky10"] = nn.LeakyReLU(SLOPE)
    layers["dense3"] = nn.Linear(DENSE[1], CELLS * CELLS * (BOXES * 5 + classes))
    return nn.Sequential(layers)


FAMILY: Final = Family(
    names=("tiny-yolo-v1",), image_size=(448, 448), classes=20, configuration=configuration, build=_build
)
