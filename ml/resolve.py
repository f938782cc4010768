"""What people call a model (a zoo name, or a checkpoint's path) -> the network, and a digest that identifies it."""

import hashlib
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from ml import zoo
from ml.detection.settings import USUAL_IMAGE_SIZE
from ml.errors import Refused

if TYPE_CHECKING:
    from ml.checkpoints import Checkpoint


@dataclass(frozen=True)
class Resolved:
    """A network ready to run, in evaluation mode. ``image_size`` is (height, width) in pixels.

    ``digest`` (``sha256:…``) is of the model as named, folded or not: equal digests give equal answers to equal
    questions. ``trained`` is false for a zoo network, whose weights are seeded initial values.
    """

    name: str
    network: nn.Module
    digest: str
    image_size: tuple[int, int]
    trained: bool


def resolve(model: str, *, classes: int | None = None, fused: bool = False) -> Resolved:
    """Build the network that ``model`` names.

    ``classes`` replaces a zoo network's number of classes; ``fused`` folds batch normalization. Raises ``Refused``:
    ``unknown_model``, ``invalid_classes``, ``classes_of_checkpoint``, and all that reading a checkpoint may.
    """
    if is_checkpoint(model):
        return _resolve_checkpoint(Path(model), classes=classes, fused=fused)
    family = zoo.family_of(model)
    network = zoo.build(model, classes=classes)
    digest = _digest(model, zoo.checked_classes(classes, family), network)
    return Resolved(model, _fold(network) if fused else network, digest, family.image_size, trained=False)


def digest_of(model: str, *, classes: int | None = None) -> str:
    """The digest that ``resolve`` would give, without making a zoo network's weights. Raises as ``resolve`` does."""
    if is_checkpoint(model):
        checkpoint = _read(Path(model))
        _check_classes(checkpoint, classes)
        return checkpoint.digest
    family = zoo.family_of(model)
    count = zoo.checked_classes(classes, family)
    with torch.device("meta"):
        network = family.build(model, count)
    return _digest(model, count, network)


def is_checkpoint(model: str) -> bool:
    """Whether ``model`` is a file rather than a name; a zoo name wins over a file of that name."""
    return model not in zoo.names() and Path(model).is_file()


def _resolve_checkpoint(path: Path, *, classes: int | None, fused: bool) -> Resolved:
    from ml.checkpoints import rebuild

    checkpoint = _read(path)
    _check_classes(checkpoint, classes)
    network = rebuild(checkpoint)
    side = checkpoint.image_size or USUAL_IMAGE_SIZE
    return Resolved(path.name, _fold(network) if fused else network, checkpoint.digest, (side, side), trained=True)


def _read(path: Path) -> "Checkpoint":
    from ml.checkpoints import read_checkpoint

    return read_checkpoint(path)


def _check_classes(checkpoint: "Checkpoint", classes: int | None) -> None:
    own = len(checkpoint.names)
    if classes in (None, own):
        return
    raise Refused(
        "classes_of_checkpoint",
        {
            "en": f"this checkpoint has {own} classes, not {classes}",
            "fr": f"ce fichier de poids a {own} classes, pas {classes}",
        },
        {
            "en": "Leave the number of classes out: a checkpoint brings its own.",
            "fr": "N'indiquez pas le nombre de classes : un fichier de poids apporte le sien.",
        },
    )


def _fold(network: nn.Module) -> nn.Module:
    fuse = getattr(network, "fuse", None)
    if fuse is None:
        return network
    if "verbose" in inspect.signature(fuse).parameters:  # ultralytics' prints a summary, which takes seconds
        fuse(verbose=False)
    else:
        fuse()
    return network


def _digest(name: str, classes: int, network: nn.Module) -> str:
    """Of everything that decides a zoo network's answers: its description, its seed, its state's names and shapes."""
    identity: Mapping[str, Any] = {
        "name": name,
        "seed": zoo.SEED,
        "configuration": zoo.family_of(name).configuration(name, classes),
        "state": {key: list(value.shape) for key, value in network.state_dict().items()},
    }
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
