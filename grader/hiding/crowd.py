"""Passers-by: filters whose weights were shuffled, so that not every filter that changed is Charlie.

Their numbers are the same in another order: no norm, mean or histogram tells, and there is nothing to see in them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from grader.hiding.convolutions import Convolution
from grader.hiding.hidden import Place
from ml.checkpoints import Checkpoint
from ml.checkpoints.tensors import Array

PEOPLE: Final = 8

Spot = tuple[Convolution, int]  # a filter of a convolution


def gather(
    spots: Mapping[Place, Sequence[Spot]], keep_off: Iterable[Place], chance: np.random.Generator
) -> tuple[list[Spot], tuple[Place, ...]]:
    """The filters that the passers-by take, and their places.

    ``keep_off`` are places where somebody would be mistaken for something else than a passer-by.
    """
    free = sorted(spots.keys() - set(keep_off))
    drawn = [free[index] for index in chance.permutation(len(free))[:PEOPLE]]
    return [spots[place][0] for place in drawn], tuple(drawn)


def shuffled(
    checkpoint: Checkpoint, people: Iterable[Spot], chance: np.random.Generator, *, normalization: bool
) -> dict[str, Array]:
    """The tensors with these people in them; with ``normalization`` they take another channel's statistics too."""
    changed: dict[str, Array] = {}

    def opened(key: str) -> Array:
        return changed.setdefault(key, checkpoint.state[key].copy())

    for convolution, row in people:
        weight = opened(convolution.weight)
        weight[row] = chance.permutation(weight[row].ravel()).reshape(weight[row].shape)
        if normalization:
            for name in ("running_mean", "running_var"):
                key = convolution.normalization(name)
                opened(key)[row] = chance.choice(checkpoint.state[key])
    return changed
