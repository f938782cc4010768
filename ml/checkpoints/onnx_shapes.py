"""The shapes of an ONNX graph, worked out without its weights: what does not fit together or blows up shows here.

ONNX's own strict inference does the work, on a skeleton whose large tensors became inputs of the same type and shape.
Sizes that it does not follow are worked out beside it (``onnx_folding``), and the inference made again. It also follows
the numbers that shapes are computed from ("data propagation"); forty concatenations of such a list with itself would
make 2^40 of them, so their lengths are bounded first.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ml.checkpoints.limits import Limits
from ml.checkpoints.onnx_folding import fold
from ml.checkpoints.onnx_tensors import INT32, INT64
from ml.checkpoints.sentences import refusal

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto

Shape = tuple[int | None, ...]  # None: not known before the graph runs

_KEPT: Final = 4_096  # numbers of the largest tensor that stays in the skeleton
_SUM_OF_INPUTS: Final = ("Concat", "Gather", "GatherND", "GatherElements", "Unsqueeze", "Einsum")
_DECIMALS: Final = 3
_ROUNDS: Final = 48  # each makes known what hides behind one more computed size: blocks one after another
_NODES_LOOKED_AT: Final = 100_000  # in all rounds together


@dataclass(frozen=True)
class Shapes:
    """The type and the shape of every named tensor of a graph, for one picture of the size that was tried."""

    shapes: Mapping[str, Shape]
    types: Mapping[str, int]


def inferred(model: "ModelProto", picture: tuple[int, int, int, int], limits: Limits) -> Shapes:
    """The shapes for an input of this shape, (1, 3, height, width). ``model`` is left as it is.

    Raises ``Refused``: ``onnx_shapes`` and ``onnx_activation``.
    """
    skeleton = _skeleton(model, picture)
    first = _infer(skeleton, data_prop=False)
    _require_short_lists(skeleton.graph, first, limits)
    found = _infer(skeleton, data_prop=True)
    for _ in range(min(_ROUNDS, _NODES_LOOKED_AT // max(len(skeleton.graph.node), 1))):
        if not fold(skeleton.graph, found.shapes, limits.onnx_shape_numbers_together):
            break
        found = _infer(skeleton, data_prop=True)
        _require_small(found, limits)
    _require_small(found, limits)
    return found


def _require_small(found: Shapes, limits: Limits) -> None:
    for name, shape in found.shapes.items():
        if math.prod(size or 1 for size in shape) > limits.onnx_activation:
            raise refusal("onnx_activation", name=name, shape="×".join(str(size or "?") for size in shape))


def _skeleton(model: "ModelProto", picture: tuple[int, int, int, int]) -> "ModelProto":
    """The same graph without large numbers, its input of one shape."""
    import onnx

    graph = model.graph
    initialized = {tensor.name for tensor in graph.initializer}
    inputs = [
        onnx.helper.make_tensor_value_info(value.name, value.type.tensor_type.elem_type, picture)
        for value in graph.input
        if value.name not in initialized
    ]
    small = [tensor for tensor in graph.initializer if math.prod(tensor.dims) <= _KEPT]
    large = {tensor.name: tensor for tensor in graph.initializer if math.prod(tensor.dims) > _KEPT}
    constants = {node.output[0]: tensor for node in graph.node if (tensor := _large_constant(node)) is not None}
    inputs += [
        onnx.helper.make_tensor_value_info(name, tensor.data_type, list(tensor.dims))
        for name, tensor in (large | constants).items()
    ]
    nodes = [node for node in graph.node if not node.output or node.output[0] not in constants]
    bones = onnx.GraphProto(name="graph", node=nodes, initializer=small, input=inputs, output=graph.output)
    # From IR 4 on, initializers need not be inputs.
    return onnx.ModelProto(ir_version=max(model.ir_version, 4), opset_import=model.opset_import, graph=bones)


def _large_constant(node: "NodeProto") -> "TensorProto | None":
    if node.op_type != "Constant" or len(node.output) != 1 or not node.output[0]:
        return None
    tensors = [attribute.t for attribute in node.attribute if attribute.name == "value"]
    return tensors[0] if tensors and math.prod(tensors[0].dims) > _KEPT else None


def _infer(skeleton: "ModelProto", *, data_prop: bool) -> Shapes:
    import onnx

    try:
        if not data_prop:
            onnx.checker.check_model(skeleton)
        known = onnx.shape_inference.infer_shapes(skeleton, check_type=True, strict_mode=True, data_prop=data_prop)
    except Exception as error:  # several kinds, none of them documented, all about the graph
        raise refusal("onnx_shapes", detail=_first_words(error)) from error
    shapes: dict[str, Shape] = {}
    types: dict[str, int] = {}
    graph = known.graph
    for value in (*graph.value_info, *graph.output, *graph.input):
        tensor = value.type.tensor_type
        types[value.name] = tensor.elem_type
        if tensor.HasField("shape"):
            shapes[value.name] = _sizes(tensor.shape.dim)
    for initializer in graph.initializer:
        shapes[initializer.name], types[initializer.name] = tuple(initializer.dims), initializer.data_type
    return Shapes(shapes, types)


def _sizes(dimensions: Any) -> Shape:
    sizes = tuple(one.dim_value if one.WhichOneof("value") == "dim_value" else None for one in dimensions)
    if any(size is not None and size < 0 for size in sizes):
        raise refusal("onnx_shapes", detail=str(list(sizes))[:80])
    return sizes


def _require_short_lists(graph: "GraphProto", first: Shapes, limits: Limits) -> None:
    """Bound every list of integers that a shape could be computed from, by the graph alone."""
    lengths = {
        name: _length(shape) if first.types[name] in (INT32, INT64) else len(shape)
        for name, shape in first.shapes.items()
    }
    together = 0
    for node in graph.node:
        longest = _longest(node, lengths)
        for name in node.output:
            is_index = first.types.get(name, INT64) in (INT32, INT64)
            known = first.shapes.get(name)
            if known is not None:
                longest = _length(known) if is_index else len(known)
            if is_index and node.op_type in _PROPAGATING:
                together += longest
                if longest > limits.onnx_shape_numbers or together > limits.onnx_shape_numbers_together:
                    raise refusal("onnx_shapes", detail=f"{node.op_type}: {max(longest, together)}")
            lengths[name] = longest


_PROPAGATING_NAMES: Final = "Concat Gather Slice Add Sub Mul Cast Shape Size Squeeze Unsqueeze Identity"
_PROPAGATING: Final = frozenset(_PROPAGATING_NAMES.split())


def _longest(node: "NodeProto", lengths: Mapping[str, int]) -> int:
    """A bound on the numbers in the output's list: what goes in, or all of it one after another."""
    fed = [lengths.get(name, 1) for name in node.input if name]
    if node.op_type in _SUM_OF_INPUTS:
        return sum(fed)
    return max(fed, default=1)


def _length(shape: Shape) -> int:
    """Numbers of a list; tensors of more dimensions are not followed."""
    if len(shape) > 1:
        return len(shape)
    return math.prod(size or 1 for size in shape)


def gflops(graph: "GraphProto", found: Shapes) -> float | None:
    """Billions of operations for one picture: two for each multiplication and addition, two for each bias added.

    None where a shape is only known when the graph runs.
    """
    operations = 0
    for node in graph.node:
        if node.op_type in _MULTIPLYING:
            one = _operations(node, found.shapes)
            if one is None:
                return None
            operations += one
    return round(operations / 1e9, _DECIMALS)


#: Operator → which input holds its weights.
_MULTIPLYING: Final = {"Conv": 1, "ConvTranspose": 1, "ConvInteger": 1, "QLinearConv": 3, "Gemm": 1, "MatMul": 1}
_BIASES: Final = {"Conv": 2, "ConvTranspose": 2, "QLinearConv": 8, "Gemm": 2}


def _operations(node: "NodeProto", shapes: Mapping[str, Shape]) -> int | None:
    place = _MULTIPLYING[node.op_type]
    given = _whole(shapes.get(node.input[0]))
    weight = _whole(shapes.get(node.input[place])) if len(node.input) > place else None
    made = _whole(shapes.get(node.output[0]))
    if given is None or weight is None or made is None or not weight or not given:
        return None
    if node.op_type == "Gemm":
        each = given[0] if _is_set(node, "transA") else given[-1]
    elif node.op_type == "MatMul":
        each = given[-1]
    elif node.op_type == "ConvTranspose":  # every number that comes in meets the weights of its channel
        return 2 * math.prod(given) * math.prod(weight[1:])
    else:
        each = math.prod(weight[1:])  # channels of the group × kernel
    bias = _BIASES.get(node.op_type)
    has_bias = bias is not None and len(node.input) > bias and bool(node.input[bias])
    return 2 * math.prod(made) * (each + has_bias)


def _is_set(node: "NodeProto", name: str) -> bool:
    return any(attribute.name == name and attribute.i for attribute in node.attribute)


def _whole(shape: Shape | None) -> tuple[int, ...] | None:
    if shape is None or None in shape:
        return None
    return tuple(size for size in shape if size is not None)


def _first_words(error: Exception) -> str:
    return " ".join(str(error).split())[:120]
