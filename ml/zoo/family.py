"""What a family of networks declares about itself: one value named ``FAMILY`` in its file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn


@dataclass(frozen=True)
class Family:
    """Networks that share a file. ``image_size`` is (height, width) in pixels, ``classes`` the usual number of them.

    ``configuration(name, classes)`` is everything that distinguishes two networks of the family, as plain JSON data;
    ``build(name, classes)`` makes one with torch's current random generator.
    """

    names: tuple[str, ...]
    image_size: tuple[int, int]
    classes: int
    configuration: Callable[[str, int], Mapping[str, Any]]
    build: Callable[[str, int], nn.Module]
