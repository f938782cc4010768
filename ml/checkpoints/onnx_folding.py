"""Sizes that an ONNX graph computes from other sizes, worked out with NumPy where everything they need is known.

ONNX's inference follows some of that arithmetic and not divisions, so that a channel split in two, or a picture of free
size, leaves the rest of the graph without shapes. Only lists and single numbers are followed, of a few thousand at
most; what is not understood stays unknown, and nothing here can fail on a strange graph.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from ml.checkpoints.onnx_tensors import BOOL, FLOAT, INT32, INT64

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

Value = npt.NDArray[Any]
Shapes = Mapping[str, tuple[int | None, ...]]

_MOST: Final = 4_096  # numbers of one list
_MOST_TOGETHER: Final = 1 << 18
_TYPES: Final[Mapping[int, Any]] = {FLOAT: np.float32, INT32: np.int32, INT64: np.int64, BOOL: np.bool_}
_END: Final = np.iinfo(np.int64).max


def fold(graph: "GraphProto", shapes: Shapes, most: int = _MOST_TOGETHER) -> int:
    """Put the results of nodes that can be worked out in their place, up to ``most`` numbers in all; how many there
    were."""
    from onnx import numpy_helper

    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer if _is_small(tensor.dims)}
    kept, made = [], []
    for node in graph.node:
        value = _value_of(node, values, shapes) if most > 0 else None
        constant = _constant(node) if node.op_type == "Constant" else None
        if constant is not None:
            values[node.output[0]] = constant
        if value is None:
            kept.append(node)
        else:
            most -= max(value.size, 1)
            values[node.output[0]] = value
            made.append(numpy_helper.from_array(value, node.output[0]))
    outputs = {output.name for output in graph.output}
    if made and not outputs & {tensor.name for tensor in made}:
        nodes = [type(node).FromString(node.SerializeToString()) for node in kept]
        graph.ClearField("node")
        graph.node.extend(nodes)
        graph.initializer.extend(made)
        return len(made)
    return 0


def _is_small(sizes: Any) -> bool:
    return len(sizes) <= 1 and all(size <= _MOST for size in sizes)


def _constant(node: "NodeProto") -> Value | None:
    """The number or list that a ``Constant`` holds, in one of the ways that releases write it."""
    from onnx import numpy_helper

    for attribute in node.attribute:
        if attribute.name == "value" and _is_small(attribute.t.dims):
            return numpy_helper.to_array(attribute.t)
        if attribute.name == "value_int":
            return np.array(attribute.i, np.int64)
        if attribute.name == "value_ints":
            return np.array(attribute.ints, np.int64)
    return None


def _value_of(node: "NodeProto", values: Mapping[str, Value], shapes: Shapes) -> Value | None:
    """The one output of a node, where it is a list or a number that follows from known ones."""
    if len(node.output) != 1:
        return None
    attributes = {attribute.name: attribute for attribute in node.attribute}
    if node.op_type == "Shape":
        return _shape(shapes.get(node.input[0]) if node.input else None, attributes)
    work = _WORKS.get(node.op_type)
    given = [values.get(name) if name else None for name in node.input]
    if work is None or not given or given[0] is None or any(one is None for one in given if one is not given[0]):
        return None
    try:
        with np.errstate(all="ignore"):
            made = work([one for one in given if one is not None], attributes)
    except (ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError, KeyError):
        return None  # ONNX's own inference says what is wrong with it
    if made is None or made.ndim > 1 or made.size > _MOST or made.dtype.type not in _TYPES.values():
        return None
    return made


def _shape(sizes: tuple[int | None, ...] | None, attributes: Mapping[str, Any]) -> Value | None:
    if sizes is None:
        return None
    start = attributes["start"].i if "start" in attributes else 0
    end = attributes["end"].i if "end" in attributes else len(sizes)
    asked = sizes[start:end]
    return None if None in asked else np.array(asked, np.int64)


Work = Callable[[list[Value], Mapping[str, Any]], Value | None]


def _elementwise(function: Callable[[Value, Value], Any]) -> Work:
    def work(given: list[Value], _: Mapping[str, Any]) -> Value | None:
        if len(given) != 2 or given[0].dtype != given[1].dtype:
            return None
        return np.asarray(function(given[0], given[1])).astype(given[0].dtype)

    return work


def _divided(left: Value, right: Value) -> Any:
    """Integers are divided towards zero, as ONNX says."""
    if not right.all():
        raise ZeroDivisionError
    if left.dtype.kind == "f":
        return left / right
    return np.trunc(left / right) if (np.abs(left) < 1 << 52).all() else None


def _cast(given: list[Value], attributes: Mapping[str, Any]) -> Value | None:
    kind = _TYPES.get(attributes["to"].i)
    return None if kind is None else given[0].astype(kind)


def _concatenated(given: list[Value], attributes: Mapping[str, Any]) -> Value | None:
    if sum(one.size for one in given) > _MOST or any(one.ndim != 1 for one in given):
        return None
    return np.concatenate(given)


def _gathered(given: list[Value], attributes: Mapping[str, Any]) -> Value | None:
    data, indexes = given
    is_first = "axis" not in attributes or attributes["axis"].i in (0, -1)
    return data[indexes] if data.ndim == 1 and is_first else None


def _sliced(given: list[Value], attributes: Mapping[str, Any]) -> Value | None:
    """Of one list: starts, ends, axes and steps are inputs from opset 10 on, attributes before."""
    if given[0].ndim != 1:
        return None
    if len(given) == 1:
        starts, ends = list(attributes["starts"].ints), list(attributes["ends"].ints)
        step = 1
    else:
        starts, ends = given[1].tolist(), given[2].tolist()
        step = int(given[4][0]) if len(given) > 4 else 1
    if len(starts) != 1 or len(ends) != 1 or step <= 0:
        return None
    return given[0][starts[0] : min(ends[0], _END) : step]


def _grown(given: list[Value], _: Mapping[str, Any]) -> Value | None:
    return given[0].reshape(1) if given[0].ndim == 0 else None


def _shrunk(given: list[Value], _: Mapping[str, Any]) -> Value | None:
    return given[0].reshape(()) if given[0].shape == (1,) else None


def _kept(given: list[Value], _: Mapping[str, Any]) -> Value | None:
    return given[0]


_WORKS: Final[Mapping[str, Work]] = {
    "Add": _elementwise(np.add),
    "Sub": _elementwise(np.subtract),
    "Mul": _elementwise(np.multiply),
    "Div": _elementwise(_divided),
    "Min": _elementwise(np.minimum),
    "Max": _elementwise(np.maximum),
    "Floor": lambda given, _: np.floor(given[0]),
    "Ceil": lambda given, _: np.ceil(given[0]),
    "Cast": _cast,
    "Concat": _concatenated,
    "Gather": _gathered,
    "Slice": _sliced,
    "Unsqueeze": _grown,
    "Squeeze": _shrunk,
    "Identity": _kept,
}
