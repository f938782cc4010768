"""A model and an image size -> every layer's name, type, inputs, output shapes, parameters and cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from ml.arithmetic import Operations
from ml.operations import gflops
from ml.walk import ROOT, Shape, Walk, layers_of, walk

VERSION = 1


@dataclass(frozen=True)
class ModuleTrace:
    """One named module. Several outputs (a head's; those of several calls) are in the order the module gives them.

    ``calls`` is how often one forward calls it (SPPF's pooling: 3); a container that is only looped over has no
    call, no output and no operations of its own; ``input_shapes`` are those of the first call. ``parameters`` and
    ``operations`` include all that is inside; a leaf has nothing inside.
    """

    name: str
    type: str
    input_shapes: tuple[Shape, ...]
    output_shapes: tuple[Shape, ...]
    parameters: int
    operations: Operations
    calls: int
    is_leaf: bool

    def to_json(self) -> dict[str, Any]:
        """The fields of the command-line contract."""
        return {
            "name": self.name,
            "type": self.type,
            "output_shapes": [list(shape) for shape in self.output_shapes],
            "parameters": self.parameters,
            "operations": self.operations.to_json(),
            "calls": self.calls,
        }


@dataclass(frozen=True)
class LayerTrace(ModuleTrace):
    """One top-level layer with the model's own number. ``inputs`` are absolute numbers, −1 being the image."""

    index: int
    inputs: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """The fields of the command-line contract."""
        return {"index": self.index, "inputs": list(self.inputs), **super().to_json()}


@dataclass(frozen=True)
class Trace:
    """A whole network at one image size (height, width), batch of one, evaluation mode."""

    model: str
    image_size: tuple[int, int]
    parameters: int
    layers: tuple[LayerTrace, ...]
    modules: tuple[ModuleTrace, ...]
    operations: Operations
    uncounted: dict[str, int]

    @property
    def gflops(self) -> float:
        """2 × MACs / 10⁹."""
        return gflops(self.operations)

    def to_json(self) -> dict[str, Any]:
        """The object that ``python -m ml trace --json`` prints.

        ``modules`` are the leaves, so that their parameters add up to the network's; ``blocks`` hold other modules.
        """
        return {
            "version": VERSION,
            "model": self.model,
            "image_size": list(self.image_size),
            "parameters": self.parameters,
            "layers": [layer.to_json() for layer in self.layers],
            "modules": [module.to_json() for module in self.modules if module.is_leaf],
            "blocks": [module.to_json() for module in self.modules if not module.is_leaf],
            "operations": self.operations.to_json(),
            "gflops": self.gflops,
            "uncounted": [{"operation": name, "count": number} for name, number in sorted(self.uncounted.items())],
        }


def trace(network: nn.Module, image_size: tuple[int, int], *, name: str, training_head: bool = False) -> Trace:
    """Trace one forward of (1, 3, height, width) through ``network``.

    A detection head gives its decoded boxes (1, N, 5 + classes) first, then the raw heads; with ``training_head``
    only the raw heads, as in training. Raises ``Refused`` (``image_size``).
    """
    seen = walk(network, image_size, training_head=training_head)
    modules = {path: _module(path, module, seen) for path, module in network.named_modules(remove_duplicate=False)}
    return Trace(
        model=name,
        image_size=image_size,
        parameters=modules[ROOT].parameters,
        layers=tuple(_layers(network, modules)),
        modules=tuple(module for path, module in modules.items() if path != ROOT),
        operations=seen.operations[ROOT],
        uncounted=dict(seen.uncounted),
    )


def _module(path: str, module: nn.Module, seen: Walk) -> ModuleTrace:
    return ModuleTrace(
        name=path,
        type=type(module).__name__,
        input_shapes=seen.input_shapes.get(path, ()),
        output_shapes=seen.shapes.get(path, ()),
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        operations=seen.operations.get(path, Operations()),
        calls=seen.calls.get(path, 0),
        is_leaf=next(module.children(), None) is None,
    )


def _layers(network: nn.Module, modules: dict[str, ModuleTrace]) -> Iterable[LayerTrace]:
    layers = layers_of(network)
    prefix = "" if layers is network else "model."
    for index, (key, layer) in enumerate(layers.named_children()):
        module = modules[prefix + key]
        yield LayerTrace(**vars(module), index=index, inputs=_inputs(network, layer, index))


def _inputs(network: nn.Module, layer: nn.Module, index: int) -> tuple[int, ...]:
    """Our networks say what feeds each layer; ultralytics' layers say it themselves, relatively; others are chains."""
    known: Sequence[tuple[int, ...]] | None = getattr(network, "layer_inputs", None)
    if known is not None:
        return known[index]
    source = getattr(layer, "f", -1)
    sources = source if isinstance(source, list | tuple) else [source]
    return tuple(index + item if item < 0 else item for item in sources)
