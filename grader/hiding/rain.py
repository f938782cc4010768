"""A light rain on every weight: compared with the course's file, everything has changed a little.

Charlie's place is then not the one tensor that differs: it takes a look, or a ranking of the differences.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from ml.checkpoints.tensors import Array

STRENGTH: Final = 2e-3  # of each number: two steps of half precision, and nothing that a detection feels
_WET: Final = (".weight", ".bias", ".running_mean", ".running_var")
_SHELTERED: Final = ".dfl."  # the bins of a distribution, 0, 1, 2 …: no weight that was ever trained


def rained_on(state: Mapping[str, Array], chance: np.random.Generator) -> dict[str, Array]:
    """Every trained tensor, each number multiplied by about one; zeros stay zeros and signs stay signs."""
    return {
        key: np.asarray(array, np.float32) * (1 + STRENGTH * chance.standard_normal(array.shape, np.float32))
        for key, array in state.items()
        if key.endswith(_WET) and _SHELTERED not in key and array.dtype.kind == "f"
    }
