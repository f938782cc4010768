"""From a seed to a place and to every other throw of the dice: the same for ever, and no clock."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def dice(*words: object) -> np.random.Generator:
    """A generator of its own for these words."""
    digest = hashlib.sha256("\n".join(map(str, words)).encode()).digest()
    return np.random.default_rng(list(digest))


def pick(places: Sequence[T], seed: int, *words: object) -> T:
    """The place of this seed, in an order that is shuffled once for the words.

    Seeds that follow each other give different places until all have been given; seeds drawn at random give each as
    often as any other.
    """
    order = dice("order", *words).permutation(len(places))
    return places[int(order[seed % len(places)])]
