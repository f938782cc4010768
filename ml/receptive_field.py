"""How much of the image one output sees, and how many pixels lie between two outputs: for every module of a network.

The theoretical receptive field, derived by watching one forward: behind a window of k at a stride s, output i sees all
that inputs s·i − p … s·i − p + k − 1 see; where paths join (concatenation, shortcut) it sees the union; behind a
nearest upsampling it sees what input i // 2 sees. Padding counts as image. Far from upsampling this is the
textbook's sum of (k − 1) × jump (Araujo et al., "Computing receptive fields of convolutional neural networks", Distill,
2019); behind two of them, neighbouring outputs may see differently much, which no sum tells (``Field.varies``).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ml.zoo.skeleton import borrowed_skeleton

OUTPUTS_COMPARED: Final = 32  # what is seen repeats itself after the largest stride over the smallest
aten: Final = torch.ops.aten
_WINDOWS: Final = (aten.convolution, aten.max_pool2d_with_indices, aten.max_pool2d, aten.avg_pool2d)
_RESIZES: Final = (aten.upsample_nearest2d, aten.slice)

Edge = Callable[[int], int]


@dataclass(frozen=True, eq=False)
class Field:
    """What the outputs of a map see along one axis, in pixels: output i sees ``first(i)`` to ``last(i)``.

    The image has no borders here: pixels below zero are padding. ``jump`` is the total stride.
    """

    first: Edge
    last: Edge
    jump: Fraction

    @property
    def size(self) -> int:
        """The receptive field's side in pixels, of the first output."""
        return self._size_of(0)

    @property
    def varies(self) -> bool:
        """Whether some outputs see more than others."""
        return len({self._size_of(output) for output in range(OUTPUTS_COMPARED)}) > 1

    def _size_of(self, output: int) -> int:
        return self.last(output) - self.first(output) + 1


IMAGE: Final = Field(lambda pixel: pixel, lambda pixel: pixel, Fraction(1))


@dataclass(frozen=True)
class Reckoning:
    """How to reckon: the right way, or as somebody does who forgets something."""

    strides: bool = True
    upsampling: bool = True
    poolings: bool = True
    whole_kernels: bool = False  # k for k − 1
    early_strides: bool = False  # each window at its own output's jump
    shortest_path: bool = False  # of paths that join, the one that sees least


RIGHT: Final = Reckoning()


def receptive_fields(
    network: nn.Module, image_size: tuple[int, int], reckoning: Reckoning = RIGHT
) -> Mapping[str, Field]:
    """The field of every module's output, by path; modules behind a dense layer see everything and are left out.

    A module that is called several times has its last output's.
    """
    height, width = image_size
    image = torch.empty(1, int(getattr(network, "input_channels", 3)), height, width, device="meta")
    with borrowed_skeleton(network) as skeleton:
        skeleton.eval()
        watcher = _Watcher(image, reckoning)
        with torch.no_grad(), watcher.hooked(skeleton), watcher:
            skeleton(image)
    return watcher.fields


class _Watcher(TorchDispatchMode):
    """Follows every tensor that is made from the image, and notes what each module gives."""

    def __init__(self, image: Tensor, reckoning: Reckoning) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.fields: dict[str, Field] = {}
        self._reckoning = reckoning
        # The tensors are kept beside their fields, or the identity of one would be another's.
        self._seen: dict[int, tuple[Tensor, Field]] = {id(image): (image, IMAGE)}

    @contextmanager
    def hooked(self, skeleton: nn.Module) -> Iterator[None]:
        handles = [
            module.register_forward_hook(self._leaving(name))
            for name, module in skeleton.named_modules(remove_duplicate=False)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _leaving(self, name: str) -> Callable[[nn.Module, Any, Any], None]:
        def leave(_module: nn.Module, _inputs: Any, output: Any) -> None:
            found = self._seen.get(id(output))
            if found is not None:
                self.fields[name] = found[1]

        return leave

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        output = func(*args, **dict(kwargs or {}))
        inputs = [self._seen[id(leaf)] for leaf in tree_leaves((args, kwargs)) if id(leaf) in self._seen]
        field = self._behind(func.overloadpacket, args, inputs) if inputs else None
        if field is not None:
            for leaf in tree_leaves(output):
                if isinstance(leaf, Tensor) and _is_map(leaf, inputs[0][0], func.overloadpacket):
                    self._seen[id(leaf)] = leaf, field
        return output

    def _behind(self, operation: Any, args: tuple[Any, ...], inputs: list[tuple[Tensor, Field]]) -> Field | None:
        """The field of what an operation gives, from those of what it takes; None where we do not know it."""
        before, field = inputs[0]
        if operation is aten.convolution:
            _, weight, _, stride, padding, dilation, transposed, *_ = args
            reach = dilation[0] * (weight.shape[2] - 1)
            return None if transposed else self._window(field, reach, stride[0], padding[0])
        if operation in _WINDOWS:
            kernel, stride, padding = (*args[1:4], *([], [0])[len(args) - 2 :])[:3]
            reach = kernel[0] - 1 if self._reckoning.poolings else 0
            return self._window(field, reach, (stride or kernel)[0], padding[0] if reach else 0)
        if operation is aten.slice and args[1] == 2:  # Focus takes every other row
            start, step = (*args[2:3], 0)[0], (*args[4:5], 1)[0]
            return self._window(field, 0, step, -start)
        if operation is aten.upsample_nearest2d:
            size, factors = args[1], args[-1]
            return self._upsampled(field, Fraction(size[0], before.shape[2]) if size else Fraction(factors[0]))
        return self._joined([field for _, field in inputs])

    def _window(self, before: Field, reach: int, stride: int, padding: int) -> Field:
        """Behind a window of ``reach`` + 1 rows."""
        step = stride if self._reckoning.strides else 1
        widened = reach + 1 if self._reckoning.whole_kernels and reach else reach
        if self._reckoning.early_strides:
            widened *= stride
        return Field(
            cache(lambda output: before.first(output * step - padding)),
            cache(lambda output: before.last(output * step - padding + widened)),
            before.jump * step,
        )

    def _upsampled(self, before: Field, factor: Fraction) -> Field:
        if not (self._reckoning.upsampling and self._reckoning.strides):
            return before
        return Field(
            cache(lambda output: before.first(int(output // factor))),
            cache(lambda output: before.last(int(output // factor))),
            before.jump / factor,
        )

    def _joined(self, fields: list[Field]) -> Field:
        if len({id(field) for field in fields}) == 1:
            return fields[0]
        if self._reckoning.shortest_path:
            return min(fields, key=lambda field: field.size)
        return Field(
            cache(lambda output: min(field.first(output) for field in fields)),
            cache(lambda output: max(field.last(output) for field in fields)),
            fields[0].jump,
        )


def _is_map(output: Tensor, source: Tensor, operation: Any) -> bool:
    """Whether an output still has rows and columns of the image: (B, C, H, W), resized knowingly or not at all."""
    is_known = operation in (*_WINDOWS, *_RESIZES)
    return output.ndim == 4 and (is_known or output.shape[2:] == source.shape[2:])
