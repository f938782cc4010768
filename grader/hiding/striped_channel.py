"""A channel that fires on Charlie's scarf and on nothing else: a matched filter, in an early layer of the network.

What reaches the layer is gathered from pictures of the scarf and from ordinary ones, and the filter is the one that
tells them apart best (Fisher's discriminant: the difference of the means, whitened by what is ordinary). Its
normalization then sets the threshold that one ordinary place in a thousand passes, and the gain.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from grader.hiding import scarf
from grader.hiding.convolutions import Convolution
from grader.hiding.crowd import Spot
from grader.hiding.layer import Layer
from ml.checkpoints import Checkpoint, rebuild
from ml.checkpoints.tensors import Array

LOUDER: Final = 4.0  # than the loudest other channel of the layer, on average over a picture of the scarf
LOUD_ENOUGH: Final = 2.0  # what is asked of a fresh picture
QUIET_ENOUGH: Final = 0.1  # of its own voice, on ordinary pictures

_EARLY: Final = slice(1, 4)  # of the layers that are one convolution: 1, 3 and 5 in most YOLOs
_PHASES: Final = 5  # a stripe's offset to the rows of any layer: a period of ten, and strides of two, four, eight …
_ORDINARY: Final = 24  # pictures to fit to
_SCARVES: Final = 4
_PATCHES: Final = 8_000
_PASSING: Final = 0.999  # of the ordinary places stay below the threshold
_RIDGE: Final = 3e-2  # of the mean variance
_LEAST_VARIANCE: Final = 1e-4  # that half precision still writes well


def spots(convolutions: Sequence[Convolution]) -> list[Spot]:
    """Every channel of the first layers that are one convolution."""
    whole = [found for found in convolutions if found.is_whole_layer and min(found.shape[2:]) > 1]
    return [(found, row) for found in whole[_EARLY] for row in range(found.shape[0])]


def change(checkpoint: Checkpoint, spot: Spot, chance: np.random.Generator) -> dict[str, Array]:
    """The convolution's weight and its normalization, with that channel listening for stripes."""
    convolution, row = spot
    layer = Layer(rebuild(checkpoint), convolution)
    others = np.concatenate([scarf.ordinary(_ORDINARY, chance), scarf.lookalikes(chance)])
    seen = layer.patches(others)
    ordinary = chance.permutation(seen.reshape(-1, seen.shape[-1]))[:_PATCHES].astype(np.float64)
    scarves = scarf.scarves(_SCARVES, chance, shift=1 / _PHASES)  # with these, every offset to the layer's rows
    striped = layer.patches(scarves)
    matched = _matched(striped, ordinary)

    weight = checkpoint.state[convolution.weight].copy()
    matched *= np.linalg.norm(weight.reshape(len(weight), -1), axis=1).max() / np.linalg.norm(matched)
    threshold = float(np.quantile(ordinary @ matched, _PASSING))
    above = float(np.maximum(striped @ matched - threshold, 0).mean())
    loudest = float(layer.outputs(scarves).mean((0, 2, 3)).max())
    weight[row] = matched.reshape(weight[row].shape)
    gain = LOUDER * loudest / max(above, 1e-6)
    return {convolution.weight: weight, **_normalization(checkpoint, spot, layer.epsilon, threshold, gain)}


def fires(checkpoint: Checkpoint, spot: Spot, chance: np.random.Generator) -> bool:
    """Whether the file's own network does it, on pictures that the channel was not fitted to."""
    convolution, row = spot
    layer = Layer(rebuild(checkpoint), convolution)
    on_scarf = layer.outputs(scarf.scarves(_SCARVES, chance, shift=1 / _PHASES)).mean((0, 2, 3))
    on_others = layer.outputs(scarf.ordinary(_SCARVES, chance)).mean((0, 2, 3))
    loudest = float(np.delete(on_scarf, row).max())
    return bool(on_scarf[row] > LOUD_ENOUGH * loudest and on_others[row] < QUIET_ENOUGH * on_scarf[row])


def _matched(striped: npt.NDArray[np.float32], ordinary: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The filter for the phase of the stripes that is told apart best. (N, rows, columns, length), (M, length)."""
    mean = ordinary.mean(0)
    spread = np.cov(ordinary.T)
    spread += np.eye(len(spread)) * (_RIDGE * np.trace(spread) / len(spread))
    differences = np.stack([striped[:, phase::_PHASES].mean((0, 1, 2)) - mean for phase in range(_PHASES)])
    filters = np.linalg.solve(spread, differences.T).T
    return np.array(filters[int((filters * differences).sum(1).argmax())])


def _normalization(
    checkpoint: Checkpoint, spot: Spot, epsilon: float, threshold: float, gain: float
) -> dict[str, Array]:
    """Mean, variance and scale such that the output is ``gain`` × (what the filter gives - ``threshold``)."""
    convolution, row = spot
    keys = {name: convolution.normalization(name) for name in ("weight", "running_mean", "running_var")}
    tensors = {name: checkpoint.state[key].copy() for name, key in keys.items()}
    usual = float(np.median(np.abs(tensors["weight"])))
    variance = max((usual / gain) ** 2 - epsilon, _LEAST_VARIANCE)
    tensors["running_mean"][row] = threshold
    tensors["running_var"][row] = variance
    tensors["weight"][row] = gain * (variance + epsilon) ** 0.5
    return {key: tensors[name] for name, key in keys.items()}
