"""The networks that we build ourselves, each from its paper or release. A new family is one file and one line here."""

import importlib
from functools import cache
from typing import TYPE_CHECKING, Final

from ml.errors import Refused

if TYPE_CHECKING:
    from torch import nn

    from ml.zoo.family import Family

FAMILIES: Final = (  # the files of this folder that hold a FAMILY
    "yolov5",
    "tiny_yolo",
    "cifar_net",
)
SEED: Final = 0
MOST_CLASSES: Final = 10_000


def names() -> tuple[str, ...]:
    """Every network's name, in a stable order."""
    return tuple(name for family in _families() for name in family.names)


def family_of(name: str) -> "Family":
    """The family that has this name; raises ``Refused`` (``unknown_model``) with the names that exist."""
    for family in _families():
        if name in family.names:
            return family
    known = ", ".join(names())
    raise Refused(
        "unknown_model",
        {
            "en": f"“{name[:80]}” is neither a known network nor a file",
            "fr": f"« {name[:80]} » n'est ni un réseau connu ni un fichier",
        },
        {
            "en": f"The networks are {known}; otherwise give a checkpoint's path.",
            "fr": f"Les réseaux sont {known} ; sinon, donnez le chemin d'un fichier de poids.",
        },
    )


def build(name: str, *, classes: int | None = None, fused: bool = False) -> "nn.Module":
    """Build a network by name, in evaluation mode, with the same initial weights every time.

    ``classes`` replaces the usual number of classes; ``fused`` folds batch normalization into the convolutions (a
    network without any stays as it is). Raises ``Refused`` (``unknown_model``, ``invalid_classes``).
    """
    import torch

    family = family_of(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        network = family.build(name, checked_classes(classes, family))
    network.eval()
    fuse = getattr(network, "fuse", None)
    if fused and fuse is not None:
        fuse()
    return network


def checked_classes(classes: int | None, family: "Family") -> int:
    """The number of classes asked for, or the family's; raises ``Refused`` (``invalid_classes``)."""
    if classes is None:
        return family.classes
    if 1 <= classes <= MOST_CLASSES:
        return classes
    raise Refused(
        "invalid_classes",
        {"en": f"{classes} classes", "fr": f"{classes} classes"},
        {
            "en": f"Give a number of classes between 1 and {MOST_CLASSES}.",
            "fr": f"Donnez un nombre de classes entre 1 et {MOST_CLASSES}.",
        },
    )


@cache
def _families() -> tuple["Family", ...]:
    return tuple(importlib.import_module(f"{__name__}.{family}").FAMILY for family in FAMILIES)
