"""The convolutions of a YOLO checkpoint in which somebody could hide: those followed by a batch normalization."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ml.checkpoints import Checkpoint
from ml.checkpoints.tensors import Array

_WEIGHT: Final = re.compile(r"(?P<name>model\.(?P<layer>\d+)(?:\.\w+)*)\.conv\.weight", re.ASCII)


@dataclass(frozen=True, slots=True)
class Convolution:
    """``layer`` is the top-level layer that it is in, ``name`` its module's path, ``shape`` its weight's."""

    layer: int
    name: str
    shape: tuple[int, int, int, int]  # filters, input channels, height, width

    @property
    def weight(self) -> str:
        """The key of its weight in the state."""
        return f"{self.name}.conv.weight"

    @property
    def is_whole_layer(self) -> bool:
        """Whether it is the layer's only convolution, so that its output is the layer's."""
        return self.name == f"model.{self.layer}"

    def normalization(self, tensor: str) -> str:
        """The key of one of its batch normalization's four tensors."""
        return f"{self.name}.bn.{tensor}"


def convolutions_of(checkpoint: Checkpoint) -> tuple[Convolution, ...]:
    """In the network's order."""
    return tuple(_found(checkpoint.state))


def _found(state: Mapping[str, Array]) -> list[Convolution]:
    found = []
    for key, array in state.items():
        match = _WEIGHT.fullmatch(key)
        if match and array.ndim == 4 and f"{match['name']}.bn.running_var" in state:
            filters, channels, height, width = array.shape
            found.append(Convolution(int(match["layer"]), match["name"], (filters, channels, height, width)))
    return found
