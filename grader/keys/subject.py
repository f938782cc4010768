"""The model behind a question, ready to be traced, and traced once for each way of asking."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import torch
from torch import nn

from grader.errors import SubmissionError
from ml import zoo
from ml.errors import Refused
from ml.resolve import resolve
from ml.trace import LayerTrace, ModuleTrace, Trace, trace
from ml.zoo.skeleton import skeleton_of

NETWORKS_KEPT: Final = 256  # skeletons: a megabyte each, no numbers inside; a course's quests ask for as many
TRACES_KEPT: Final = 512
CENSUSES_KEPT: Final = 512
USUAL_IMAGE_SIZES: Final = (256, 320, 416, 448, 512, 608, 640, 1280)
USUAL_CLASSES: Final = (1, 3, 10, 20, 80)


@dataclass(frozen=True)
class Subject:
    """A model (a zoo name, or a checkpoint's path and digest) and how it is looked at.

    ``without`` is ``"bias"`` or ``"batch_norm"``: the network with those taken out, which is what somebody counts
    who forgets them.
    """

    model: str | Path
    digest: str
    classes: int | None = None
    fused: bool = False
    without: str | None = None

    def traced(self, image_size: tuple[int, int], *, training_head: bool = False) -> Trace:
        """One forward at that (height, width); kept. Raises ``Refused`` where the network takes no such image."""
        return _trace(self, image_size, training_head)

    @property
    def network(self) -> nn.Module:
        """The network without its numbers, in evaluation mode: to be looked at, not to be changed."""
        return _network(self)

    def parameters_at(self, path: str) -> int:
        """How many parameters the module of that path has; the empty path is the whole network's."""
        return _census(self)[path]

    @property
    def own_classes(self) -> int | None:
        """How many classes it has; None for a checkpoint that does not say."""
        names = getattr(self.network, "names", None)
        if names:
            return len(names)
        if isinstance(self.model, str):
            return self.classes or zoo.family_of(self.model).classes
        return None

    @property
    def is_checkpoint(self) -> bool:
        """Whether it is a file: it comes in one size, for one number of classes."""
        return isinstance(self.model, Path)

    def sisters(self) -> tuple[str, ...]:
        """The other sizes of the same network (yolov5n for yolov5s); none for a checkpoint."""
        if isinstance(self.model, Path):
            return ()
        return tuple(name for name in zoo.family_of(self.model).names if name != self.model)

    def usual_image_size(self) -> tuple[int, int]:
        """(height, width) in pixels, where a question does not say."""
        return _usual_image_size(self.model, self.digest)


@lru_cache(maxsize=NETWORKS_KEPT)
def _network(subject: Subject) -> nn.Module:
    if subject.without is not None:
        whole = Subject(subject.model, subject.digest, subject.classes, subject.fused)
        return _stripped(whole.network, subject.without)
    if isinstance(subject.model, Path):
        resolved = resolve(str(subject.model), classes=subject.classes, fused=subject.fused)
        return skeleton_of(resolved.network)
    with torch.device("meta"):  # no numbers: shapes and counts do not need any
        return zoo.build(subject.model, classes=subject.classes, fused=subject.fused)


@lru_cache(maxsize=CENSUSES_KEPT)
def _census(subject: Subject) -> Mapping[str, int]:
    """The parameters of every module, by path."""
    return {
        path: sum(parameter.numel() for parameter in module.parameters())
        for path, module in subject.network.named_modules(remove_duplicate=False)
    }


@lru_cache(maxsize=NETWORKS_KEPT)
def _usual_image_size(model: str | Path, digest: str) -> tuple[int, int]:
    if isinstance(model, str):
        return zoo.family_of(model).image_size
    return resolve(str(model)).image_size


@lru_cache(maxsize=TRACES_KEPT)
def _trace(subject: Subject, image_size: tuple[int, int], training_head: bool) -> Trace:
    return trace(subject.network, image_size, name=str(subject.model), training_head=training_head)


def _stripped(network: nn.Module, without: str) -> nn.Module:
    network = copy.deepcopy(network)
    for module in list(network.modules()):
        if without == "bias" and isinstance(module, nn.Conv2d | nn.Linear):
            module.bias = None
        for name, child in module.named_children():
            if without == "batch_norm" and isinstance(child, nn.BatchNorm2d):
                setattr(module, name, nn.Identity())
    return network


def layer_of(traced: Trace, layer: int | str) -> ModuleTrace:
    """A top-level layer by number, or any module by name. Raises ``SubmissionError`` (``unknown_layer``)."""
    if isinstance(layer, int):
        if layer < len(traced.layers):
            return traced.layers[layer]
    else:
        for found in (*traced.layers, *traced.modules):
            if layer in (found.name, found.name.removeprefix("model.")):
                return found
    last = len(traced.layers) - 1
    raise SubmissionError(
        "unknown_layer",
        {
            "en": f"{Path(traced.model).name} has no layer {str(layer)[:60]!r}",
            "fr": f"{Path(traced.model).name} n'a pas de couche {str(layer)[:60]!r}",
        },
        {
            "en": f"Its layers go from 0 to {last}; python -m ml trace lists them.",
            "fr": f"Ses couches vont de 0 à {last} ; python -m ml trace en donne la liste.",
        },
    )


def neighbours_of(traced: Trace, layer: ModuleTrace) -> tuple[LayerTrace, ...]:
    """The top-level layers just before and just after; none for a module inside a layer."""
    if not isinstance(layer, LayerTrace):
        return ()
    return tuple(other for other in traced.layers if abs(other.index - layer.index) == 1)


def around(traced: Trace, layer: ModuleTrace) -> tuple[ModuleTrace, ...]:
    """The neighbours of a top-level layer; of a module inside a layer, its sisters and what holds them."""
    if isinstance(layer, LayerTrace):
        return neighbours_of(traced, layer)
    holder, _, _ = layer.name.rpartition(".")
    return tuple(
        other
        for other in (*traced.layers, *traced.modules)
        if other.name != layer.name and (other.name == holder or other.name.rpartition(".")[0] == holder)
    )


def namesakes_of(traced: Trace, layer: ModuleTrace) -> tuple[ModuleTrace, ...]:
    """The nearest top-level layers of the same type, before and after."""
    if not isinstance(layer, LayerTrace):
        return ()
    before = [other for other in traced.layers if other.index < layer.index and other.type == layer.type]
    after = [other for other in traced.layers if other.index > layer.index and other.type == layer.type]
    return (*before[-1:], *after[:1])


def is_last(traced: Trace, layer: ModuleTrace) -> bool:
    """Whether it is the layer that the number of classes changes: the last one."""
    return layer.name == traced.layers[-1].name


def nearest_of(traced: Trace, layer: ModuleTrace, count: Callable[[LayerTrace], int]) -> tuple[LayerTrace, ...]:
    """The nearest top-level layers before and after that have something to count."""
    if not isinstance(layer, LayerTrace):
        return ()
    before = [other for other in traced.layers if other.index < layer.index and count(other)]
    after = [other for other in traced.layers if other.index > layer.index and count(other)]
    return (*before[-1:], *after[:1])


def nearest_around(traced: Trace, layer: ModuleTrace, count: Callable[[LayerTrace], int]) -> tuple[ModuleTrace, ...]:
    """What is around it, and the nearest top-level layers that have something to count, each once."""
    found = (*nearest_of(traced, layer, count), *around(traced, layer))
    return tuple({other.name: other for other in found}.values())


def of_classes(subject: Subject, classes: int) -> Subject:
    """The same network for another number of classes. Not for a checkpoint, which brings its own."""
    return replace(subject, classes=classes)


def traced_elsewhere(subject: Subject, image_size: tuple[int, int]) -> tuple[Trace, ...]:
    """Traces at the other usual image sizes, those that the network takes."""
    traces = []
    for side in USUAL_IMAGE_SIZES:
        if (side, side) == image_size:
            continue
        try:
            traces.append(subject.traced((side, side)))
        except Refused:  # dense layers fit one image size only
            continue
    return tuple(traces)


def other_classes(subject: Subject) -> tuple[Subject, ...]:
    """The same network for other usual numbers of classes; none for a checkpoint, which brings its own."""
    if isinstance(subject.model, Path):
        return ()
    return tuple(
        Subject(subject.model, subject.digest, classes, subject.fused)
        for classes in USUAL_CLASSES
        if classes != subject.own_classes
    )


def other_sizes(subject: Subject) -> tuple[Subject, ...]:
    """The other sizes of the same network, with as many classes."""
    return tuple(Subject(name, subject.digest, subject.classes, subject.fused) for name in subject.sisters())
