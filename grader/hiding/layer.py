"""One layer of a network at work: what its convolution sees at every place of a picture, and what leaves the layer."""

from typing import TYPE_CHECKING, Final, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import unfold

from grader.hiding.convolutions import Convolution

if TYPE_CHECKING:
    from grader.hiding.scarf import Pictures

_BORDER: Final = 1  # rows and columns of the output that see the padding


class _Enough(Exception):
    """The layer has been reached: the rest of the network need not run."""


class Layer:
    """``network`` is a rebuilt one; the convolution is one of its top-level layers."""

    def __init__(self, network: nn.Module, convolution: Convolution) -> None:
        self._network = network
        self._module = network.get_submodule(convolution.name)
        self._convolution = cast("nn.Conv2d", self._module.get_submodule("conv"))

    @property
    def epsilon(self) -> float:
        """What its normalization adds to a variance."""
        return float(cast("nn.BatchNorm2d", self._module.get_submodule("bn")).eps)

    def patches(self, pictures: "Pictures") -> npt.NDArray[np.float32]:
        """(N, rows, columns, length): what the convolution multiplies with its filters, in their order."""
        seen, _ = self._run(pictures)
        here = self._convolution
        flat = unfold(seen, here.kernel_size, here.dilation, cast("tuple[int, int]", here.padding), here.stride)
        side = round(flat.shape[2] ** 0.5)  # the pictures are square
        return _inner(flat.unflatten(2, (side, side))).permute(0, 2, 3, 1).numpy()

    def outputs(self, pictures: "Pictures") -> npt.NDArray[np.float32]:
        """(N, channels, rows, columns): after normalization and activation."""
        return _inner(self._run(pictures)[1]).numpy()

    def _run(self, pictures: "Pictures") -> tuple[Tensor, Tensor]:
        reached: list[tuple[Tensor, Tensor]] = []

        def stop(_: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
            reached.append((inputs[0], output))
            raise _Enough

        hook = self._module.register_forward_hook(stop)
        try:
            with torch.inference_mode():
                self._network(torch.from_numpy(pictures))
        except _Enough:
            pass
        finally:
            hook.remove()
        return reached[0]


def _inner(maps: Tensor) -> Tensor:
    return maps[..., _BORDER:-_BORDER, _BORDER:-_BORDER]
