"""One forward through a network's skeleton, watched: who was called, what came out, what it cost."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ml.arithmetic import Call, Operations, cost_of
from ml.errors import Refused
from ml.zoo.skeleton import borrowed_skeleton

ROOT: Final = ""  # the path of the network itself, as torch names it
LARGEST_SIDE: Final = 16_384  # pixels
_IN_PLACE: Final = frozenset((torch.ops.aten.silu_.default, torch.ops.aten.leaky_relu_.default))

Shape = tuple[int, ...]


@dataclass
class Walk:
    """What was seen, by module path (``model.17.cv1.conv``; the empty path is the whole network).

    ``shapes`` are those of every output of every call, in order, nested outputs flattened; ``input_shapes`` those of
    the inputs of the first call; ``operations`` are inclusive: a module's own and those of all it called. ``order`` has
    every call, in the order of their ends.
    """

    shapes: dict[str, tuple[Shape, ...]] = field(default_factory=lambda: defaultdict(tuple))
    input_shapes: dict[str, tuple[Shape, ...]] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    operations: dict[str, Operations] = field(default_factory=lambda: defaultdict(Operations))
    uncounted: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    order: list[str] = field(default_factory=list)


def walk(network: nn.Module, image_size: tuple[int, int], *, training_head: bool = False) -> Walk:
    """Run one image of ``image_size`` (height, width) through ``network`` in evaluation mode, on the meta device.

    No number is computed, so a pass takes milliseconds at any size, and the network given is not touched. With
    ``training_head`` the last layer alone is in training mode, where a detector gives its raw heads.
    Raises ``Refused`` (``image_size``) where the network cannot take such an image.
    """
    height, width = image_size
    if not (1 <= height <= LARGEST_SIDE and 1 <= width <= LARGEST_SIDE):
        raise _unfit(network, image_size)
    channels = int(getattr(network, "input_channels", 3))
    image = torch.empty(1, channels, height, width, device="meta")  # (1, C, H, W)
    with borrowed_skeleton(network) as skeleton:
        skeleton.eval()
        if training_head:
            last_layer(skeleton).train()
        watcher = _Watcher(skeleton, image)
        try:
            with torch.no_grad(), watcher.hooked(), watcher:
                skeleton(image)
        except NotImplementedError:
            raise  # an operator without shapes: ours to solve, whatever the image
        except (RuntimeError, ValueError, IndexError) as error:
            raise _unfit(network, image_size) from error
    return watcher.walk


def layers_of(network: nn.Module) -> nn.Sequential:
    """The top-level layers: a YOLO's ``model``, or the network itself when it is a plain sequence.

    Raises ``TypeError`` for any other shape of network: a family of the zoo must be one of the two.
    """
    layers = getattr(network, "model", network)
    if not isinstance(layers, nn.Sequential):
        raise TypeError(f"{type(network).__name__} has no sequence of top-level layers")
    return layers


def last_layer(network: nn.Module) -> nn.Module:
    """The layer that gives the network's output."""
    return list(layers_of(network).children())[-1]


class _Watcher(TorchDispatchMode):
    """Sees every module call (by hooks) and every tensor operation (as torch dispatches it)."""

    def __init__(self, skeleton: nn.Module, image: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.walk = Walk()
        self._skeleton = skeleton
        self._stack: list[str] = []
        self._names: dict[int, list[str]] = defaultdict(list)
        for name, module in skeleton.named_modules(remove_duplicate=False):
            self._names[id(module)].append(name)
        # Storages of everything computed from the image. Kept alive, or an address would be given again.
        self._varying: dict[int, torch.UntypedStorage] = {}
        self._mark(image)

    @contextmanager
    def hooked(self) -> Iterator[None]:
        handles = []
        for module in self._skeleton.modules():
            handles.append(module.register_forward_pre_hook(self._enter))
            handles.append(module.register_forward_hook(self._leave))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _enter(self, module: nn.Module, inputs: Any) -> None:
        path = self._path(module)
        self._stack.append(path)
        if path not in self.walk.input_shapes:
            self.walk.input_shapes[path] = tuple(tuple(leaf.shape) for leaf in _tensors(inputs))

    def _leave(self, _module: nn.Module, _inputs: Any, output: Any) -> None:
        path = self._stack.pop()
        self.walk.calls[path] += 1
        self.walk.order.append(path)
        self.walk.shapes[path] += tuple(tuple(leaf.shape) for leaf in _tensors(output))

    def _path(self, module: nn.Module) -> str:
        """The module's name; one that several layers share (an activation) is named after the layer that calls it."""
        names = self._names[id(module)]
        if len(names) > 1 and self._stack and self._stack[-1] != ROOT:
            caller = self._stack[-1] + "."
            return next((name for name in names if name.startswith(caller)), names[0])
        return names[0]

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        options = dict(kwargs or {})
        output = _shortcut(func, args)
        if output is None:
            output = func(*args, **options)
        if any(self._varies(tensor) for tensor in _tensors((args, options))):
            for tensor in _tensors(output):
                self._mark(tensor)
            self._count(func.overloadpacket.__name__, Call(args, options, output, self._varies))
        return output

    def _count(self, operation: str, call: Call) -> None:
        cost = cost_of(operation, call)
        for path in self._stack:
            self.walk.operations[path] += cost.counted
        for name, number in cost.uncounted.items():
            self.walk.uncounted[name] += number

    def _mark(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        self._varying[storage._cdata] = storage

    def _varies(self, tensor: Tensor) -> bool:
        return tensor.untyped_storage()._cdata in self._varying


def _shortcut(func: Any, args: tuple[Any, ...]) -> Any:
    """What keeps its shape: torch's way of finding that out takes most of a pass (batch normalization 1 ms)."""
    if func in _IN_PLACE:
        return args[0]
    if func is not torch.ops.aten.native_batch_norm.default or args[5]:
        return None
    statistics = torch.empty(0, device="meta")  # what evaluation mode returns beside the output
    return torch.empty(args[0].shape, device="meta"), statistics, statistics


def _tensors(nested: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(nested) if isinstance(leaf, Tensor)]


def _unfit(network: nn.Module, image_size: tuple[int, int]) -> Refused:
    height, width = image_size
    return Refused(
        "image_size",
        {
            "en": f"the network cannot take an image of {height} × {width} pixels",
            "fr": f"le réseau ne peut pas recevoir une image de {height} × {width} pixels",
        },
        _advice(network, image_size),
    )


def _advice(network: nn.Module, image_size: tuple[int, int]) -> dict[str, str]:
    strides = getattr(network, "stride", None)
    if strides is None:
        return {
            "en": "Give the image size that the network was made for.",
            "fr": "Donnez la taille d'image pour laquelle le réseau a été fait.",
        }
    step = int(max(strides))
    height, width = (min(max(round(side / step), 1) * step, LARGEST_SIDE) for side in image_size)
    return {
        "en": f"Choose a height and a width that are multiples of {step} pixels, like {height} × {width}.",
        "fr": f"Choisissez une hauteur et une largeur multiples de {step} pixels, comme {height} × {width}.",
    }
