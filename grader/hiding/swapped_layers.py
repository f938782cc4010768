"""Layers that changed places: twice, two layers have exchanged the weights of a convolution of the same shape.

The file opens and runs, and detects a little worse. The four layers are Charlie's place: with a single exchange a small
network would have some thirty places, fewer than a course has pairs.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from grader.hiding.convolutions import Convolution
from ml.checkpoints import Checkpoint
from ml.checkpoints.tensors import Array

Couple = tuple[int, int]  # two layers, the first one first
Exchange = tuple[Convolution, Convolution]


def exchanges(convolutions: Sequence[Convolution]) -> dict[Couple, list[Exchange]]:
    """Which layers have convolutions of the same shape, and which convolutions those are."""
    found: dict[Couple, list[Exchange]] = {}
    for one, other in combinations(convolutions, 2):
        if one.shape == other.shape and one.layer != other.layer:
            couple = (min(one.layer, other.layer), max(one.layer, other.layer))
            found.setdefault(couple, []).append((one, other))
    return found


def places(convolutions: Sequence[Convolution]) -> dict[tuple[int, ...], list[tuple[Couple, Couple]]]:
    """Every four layers that two exchanges can be between, and the couples that they can form."""
    found: dict[tuple[int, ...], list[tuple[Couple, Couple]]] = {}
    for one, other in combinations(sorted(exchanges(convolutions)), 2):
        layers = tuple(sorted({*one, *other}))
        if len(layers) == 4:
            found.setdefault(layers, []).append((one, other))
    return found


def change(
    checkpoint: Checkpoint,
    convolutions: Sequence[Convolution],
    couples: tuple[Couple, Couple],
    chance: np.random.Generator,
) -> Mapping[str, Array]:
    """The weights that were exchanged, each under its new name."""
    possible = exchanges(convolutions)
    changed: dict[str, Array] = {}
    for couple in couples:
        one, other = possible[couple][int(chance.integers(len(possible[couple])))]
        changed[one.weight] = checkpoint.state[other.weight]
        changed[other.weight] = checkpoint.state[one.weight]
    return changed
