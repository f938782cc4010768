"""``parameter_count``: how many numbers a layer, or the whole network, learns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, Final

from torch import nn

from grader.keys.draft import Draft
from grader.keys.growth import with_other_classes
from grader.keys.subject import CENSUSES_KEPT, Subject, layer_of, namesakes_of, nearest_around, of_classes, other_sizes

FLOAT_BYTES: Final = ((4, "float32"), (2, "float16"))
MEBI: Final = 1024**2
WHOLE: Final = ""  # the path of the network itself, as torch names it
DENSE: Final = (nn.Conv2d, nn.Linear)


@dataclass(frozen=True)
class Inventory:
    """What there is to count, or to forget, in one part of a network."""

    biases: int
    scales: int  # of normalizations, as many as shifts
    absent_biases: int  # of convolutions that have none
    statistics: int  # running means and variances
    buffers: int  # everything else that a file holds and nobody learns


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The parameters, each counted once; batch normalization's scale and shift count, its running means do not."""
    path, near, far = _place(subject, question.get("layer"))
    truth = subject.parameters_at(path)
    made = Draft(truth=truth)
    for name, count in _counts(subject, path, near):
        made.add("neighbour_layer", count, name)
    for name in far:
        made.add("neighbour_layer", subject.parameters_at(name), name, is_rare=True)
    _add_forgotten(made, truth, _inventory(subject, path))
    _add_folded(made, subject, path)
    _add_other_models(made, subject, path)
    _add_bytes(made, truth)
    made.add_unit_factors()
    return made


def _add_forgotten(made: Draft, truth: int, part: Inventory) -> None:
    """What is left out, and what is counted that nobody learns."""
    made.add_if_it_matters("bias_forgotten", [(truth - part.biases, "no bias")])
    made.add_if_it_matters("batch_norm_forgotten", [(truth - 2 * part.scales, "no normalization")])
    made.add_if_it_matters(
        "batch_norm_forgotten" if part.scales else "bias_forgotten",
        [(truth - 2 * part.scales - part.biases, "weights alone")],
    )
    made.add("batch_norm_forgotten", truth - part.scales, "no shift", is_rare=True)
    made.add_if_it_matters("bias_counted", [(truth + part.absent_biases, "a bias everywhere")])
    without_normalization = truth - 2 * part.scales + part.absent_biases
    made.add("bias_counted", without_normalization, "a bias everywhere, no normalization", is_rare=True)
    for counted, name in ((part.statistics, "running statistics"), (part.statistics + part.buffers, "every buffer")):
        made.add_if_it_matters("buffers_counted", [(truth + counted, name)])


def _add_folded(made: Draft, subject: Subject, path: str) -> None:
    code = "unfused_counted" if subject.fused else "fused_counted"
    unlike = replace(subject, fused=not subject.fused)
    made.add_if_it_matters(code, [(unlike.parameters_at(path), code)])
    usual = replace(subject, classes=None).own_classes
    if subject.classes is not None and usual is not None:
        made.add(code, _predicted(unlike, path, usual), "and the usual classes", is_rare=True)


def _add_other_models(made: Draft, subject: Subject, path: str) -> None:
    """The other letters, also as they are published; other numbers of classes."""
    own = subject.own_classes
    if subject.is_checkpoint or own is None or _predicted(subject, path, own) != made.truth:
        return
    sisters = other_sizes(subject)
    made.add_if_it_matters(
        "other_model_size", [(_predicted(sister, path, own), f"{sister.model}") for sister in sisters]
    )
    for sister in sisters:
        usual = replace(sister, classes=None).own_classes or own
        made.add("other_model_size", _predicted(sister, path, usual), f"{sister.model}", is_rare=True)
        unlike = replace(sister, fused=not sister.fused)
        made.add("other_model_size", _predicted(unlike, path, own), f"{sister.model}, folded or not", is_rare=True)
    for other in with_other_classes(subject, partial(_parameters, path=path)):
        if other.value != made.truth:
            made.add("per_class_count", other.value, other.detail, is_rare=other.is_rare)


def _parameters(subject: Subject, *, path: str) -> int:
    """As they are counted: of a folded network, from the one it is folded from, which is built only once."""
    unfused = replace(subject, fused=False)
    saved = _inventory(unfused, path).scales if subject.fused else 0  # a bias for a scale and a shift
    return unfused.parameters_at(path) - saved


def _predicted(subject: Subject, path: str, classes: int) -> int:
    """For so many classes, from the networks of one class and of two."""
    one, two = (_parameters(of_classes(subject, few), path=path) for few in (1, 2))
    return one + (two - one) * (classes - 1)


def _add_bytes(made: Draft, truth: int) -> None:
    for size, name in FLOAT_BYTES:
        made.add_if_it_matters("bytes_for_count", [(truth * size, name)])
        for factor, unit in (
            (1_000_000 / MEBI, "MiB"),
            (1 / 1_000_000, "MB, unit left out"),
            (1 / MEBI, "MiB, left out"),
        ):
            made.add("bytes_for_count", truth * size * factor, f"{name}, {unit}", is_rare=True)


def _place(subject: Subject, layer: int | str | None) -> tuple[str, list[str], list[str]]:
    """The path of what is counted, those of the layers nearest to it, and those of the nearest ones of its type.

    Layers do not depend on the number of classes, so that the usual one is traced, once.
    """
    if layer is None:
        return WHOLE, [], []
    usual = replace(subject, classes=None)
    traced = usual.traced(usual.usual_image_size())
    asked = layer_of(traced, layer)
    near = nearest_around(traced, asked, lambda other: other.parameters)
    return asked.name, [other.name for other in near], [other.name for other in namesakes_of(traced, asked)]


def _counts(subject: Subject, path: str, near: list[str]) -> Iterator[tuple[str, int]]:
    """Their counts. A layer that has nothing to learn, or a module as large as its sister, is nobody's wrong answer."""
    truth, is_inside = subject.parameters_at(path), path.count(".") > 1
    for name in near:
        count = subject.parameters_at(name)
        if count != truth or (count and not is_inside):
            yield name, count


@lru_cache(maxsize=CENSUSES_KEPT)
def _inventory(subject: Subject, path: str) -> Inventory:
    dense = [module for module in subject.network.get_submodule(path).modules() if isinstance(module, DENSE)]
    norms = [m for m in subject.network.get_submodule(path).modules() if isinstance(m, nn.BatchNorm2d)]
    scales = sum(norm.num_features for norm in norms)
    buffers = sum(buffer.numel() for buffer in subject.network.get_submodule(path).buffers())
    return Inventory(
        biases=sum(module.bias.numel() for module in dense if module.bias is not None),
        scales=scales,
        absent_biases=sum(module.weight.shape[0] for module in dense if module.bias is None),
        statistics=2 * scales,
        buffers=buffers - 2 * scales,
    )
