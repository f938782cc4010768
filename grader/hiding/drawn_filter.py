"""A filter that draws Charlie: its kernels, eight a row, are a picture of him.

The filter keeps its mean and its deviation, so that its norm does not give him away. Feature plots and
``torchvision.utils.make_grid`` put eight pictures in a row unless told otherwise, and so do we.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from grader.hiding.convolutions import Convolution
from grader.hiding.crowd import Spot
from grader.hiding.portrait import COLUMNS, portrait
from ml.checkpoints import Checkpoint
from ml.checkpoints.tensors import Array

KERNELS_A_ROW: Final = 8
KERNEL: Final = 3
_FEWEST_CHANNELS: Final = 64  # eight rows of kernels: down to the scarf
_MOST_CHANNELS: Final = 128  # sixteen: down to the shoes


def spots(convolutions: Sequence[Convolution]) -> list[Spot]:
    """Every filter with room for the drawing: 3 × 3 kernels, sixty-four to a hundred and twenty-eight of them."""
    return [(found, row) for found in convolutions if _has_room(found) for row in range(found.shape[0])]


def change(checkpoint: Checkpoint, spot: Spot) -> dict[str, Array]:
    """The convolution's weight with the drawing in the place of that filter."""
    convolution, row = spot
    tensor = checkpoint.state[convolution.weight].copy()
    drawing = cut(portrait(KERNEL * tensor.shape[1] // KERNELS_A_ROW))
    standard = (drawing - drawing.mean()) / drawing.std()
    tensor[row] = tensor[row].mean() + tensor[row].std() * standard
    return {convolution.weight: tensor}


def cut(drawing: Array) -> Array:
    """(H, 24) -> (channels, 3, 3): the kernels whose montage is the drawing."""
    rows = drawing.shape[0] // KERNEL
    tiles = drawing.reshape(rows, KERNEL, COLUMNS // KERNEL, KERNEL).swapaxes(1, 2)
    return np.ascontiguousarray(tiles.reshape(-1, KERNEL, KERNEL))


def montage(kernels: Array) -> Array:
    """(channels, 3, 3) -> (H, 24): what somebody sees who lays the kernels out, eight a row."""
    rows = kernels.shape[0] // KERNELS_A_ROW
    tiles = kernels.reshape(rows, KERNELS_A_ROW, KERNEL, KERNEL).swapaxes(1, 2)
    return np.ascontiguousarray(tiles.reshape(rows * KERNEL, COLUMNS))


def _has_room(convolution: Convolution) -> bool:
    _, channels, *kernel = convolution.shape
    return (
        kernel == [KERNEL, KERNEL] and _FEWEST_CHANNELS <= channels <= _MOST_CHANNELS and channels % KERNELS_A_ROW == 0
    )
