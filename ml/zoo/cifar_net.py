"""The network of PyTorch's tutorial "Training a classifier" on CIFAR-10: 62,006 parameters for 32×32 images.

Source: https://docs.pytorch.org/tutorials/beginner/blitz/cifar10_tutorial.html. The tutorial calls one pooling twice
and ReLU as a function; here each step is a layer with a name, because students are asked about each of them.
"""

from collections import OrderedDict
from typing import Any, Final

from torch import nn

from ml.zoo.family import Family


def configuration(name: str, classes: int) -> dict[str, Any]:
    """What distinguishes two networks of this family."""
    return {"name": name, "classes": classes}


def _build(_name: str, classes: int) -> nn.Module:
    """(B, 3, 32, 32) -> (B, classes) scores before any softmax."""
    layers: list[tuple[str, nn.Module]] = [
        ("conv1", nn.Conv2d(3, 6, 5)),
        ("relu1", nn.ReLU()),
        ("pool1", nn.MaxPool2d(2)),
        ("conv2", nn.Conv2d(6, 16, 5)),
        ("relu2", nn.ReLU()),
        ("pool2", nn.MaxPool2d(2)),
        ("flatten", nn.Flatten()),
        ("fc1", nn.Linear(16 * 5 * 5, 120)),
        ("relu3", nn.ReLU()),
        ("fc2", nn.Linear(120, 84)),
        ("relu4", nn.ReLU()),
        ("fc3", nn.Linear(84, classes)),
    ]
    return nn.Sequential(OrderedDict(layers))


FAMILY: Final = Family(names=("cifar-net",), image_size=(32, 32), classes=10, configuration=configuration, build=_build)
