"""What a layer of a checkpoint gives for one of our pictures, for the two questions of feature visualization."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from torch import Tensor, nn

from challenges import pictures
from grader.errors import SubmissionError
from grader.keys.seen import asked_in, traced_as_usual
from grader.keys.subject import Subject, neighbours_of
from ml.activations import Preparation, activations, prepared
from ml.resolve import resolve

#: How somebody prepares the picture who forgets something, by the mistake's code.
MISPREPARED: Final = {
    "bgr_order": Preparation(rgb=False),
    "not_scaled": Preparation(scaled=False),
    "stretched_picture": Preparation(letterboxed=False),
}
#: Where a YOLO block's last normalization is: before its last activation.
BEFORE_ACTIVATION: Final = ("bn", "cv3.bn", "cv2.bn")


@dataclass(frozen=True)
class Seen:
    """The maps (C, H, W) of the layer that is asked about; and of what is taken for it, by the mistake's code."""

    asked: Tensor
    mistaken: tuple[tuple[str, Tensor, str], ...]


def seen(question: Mapping[str, Any], subject: Subject) -> Seen:
    """Run the checkpoint on the picture as it should be prepared, then as it is prepared by mistake.

    Raises ``SubmissionError``: ``untrained``, ``not_a_square``, ``not_a_map``, ``unknown_layer``.
    """
    if not isinstance(subject.model, Path):
        raise _untrained(subject.model)
    picture, network = pictures.find(question["picture"]), _network(subject.model, subject.digest)
    side = _side(question, subject)
    layer = asked_in(subject, question["layer"])
    others = [other.name for other in neighbours_of(traced_as_usual(subject), layer)]
    before = list(_before_activation(network, layer.name))
    maps = activations(network, prepared(picture, side), (layer.name, *others, *before))
    if layer.name not in maps:
        raise _not_a_map(layer.name)
    return Seen(maps[layer.name], tuple(_mistaken(network, picture, side, layer.name, maps, others, before)))


def _mistaken(
    network: nn.Module,
    picture: Path,
    side: int,
    asked: str,
    maps: Mapping[str, Tensor],
    others: list[str],
    before: list[str],
) -> Iterator[tuple[str, Tensor, str]]:
    yield from (("neighbour_layer", maps[name], name) for name in others if name in maps)
    yield from (("before_activation", maps[name], name) for name in before if name in maps)
    for code, preparation in MISPREPARED.items():
        yield code, activations(network, prepared(picture, side, preparation), (asked,))[asked], code


def _before_activation(network: nn.Module, block: str) -> Iterator[str]:
    paths = {path for path, _ in network.named_modules()}
    found = (f"{block}.{last}" for last in BEFORE_ACTIVATION)
    yield from [path for path in found if path in paths][:1]


@lru_cache(maxsize=2)
def _network(model: Path, digest: str) -> nn.Module:
    return resolve(str(model)).network


def _side(question: Mapping[str, Any], subject: Subject) -> int:
    height, width = question.get("image_size") or subject.usual_image_size()
    if height == width:
        return int(height)
    raise SubmissionError(
        "not_a_square",
        {"en": f"{height} × {width} is no square", "fr": f"{height} × {width} n'est pas un carré"},
        {
            "en": "The picture is laid on a square canvas: give one side.",
            "fr": "L'image est posée sur une toile carrée : donnez un seul côté.",
        },
    )


def _untrained(model: str) -> SubmissionError:
    return SubmissionError(
        "untrained",
        {
            "en": f"the weights of {model} are random: what they see means nothing",
            "fr": f"les poids de {model} sont tirés au hasard : ce qu'ils voient ne veut rien dire",
        },
        {"en": "Ask about a checkpoint, or the course's.", "fr": "Choisissez un fichier de poids, ou celui du cours."},
    )


def _not_a_map(name: str) -> SubmissionError:
    return SubmissionError(
        "not_a_map",
        {"en": f"{name} gives no map", "fr": f"{name} ne donne pas de carte"},
        {
            "en": "Ask about a convolution or a block of them.",
            "fr": "Choisissez une convolution ou un bloc qui en est fait.",
        },
    )
