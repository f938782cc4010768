"""Writing an ONNX graph of our own, byte by byte: the few messages of ``onnx.proto`` that a detector needs.

Importing ``onnx`` would cost the sealed child more than everything else that it does before it reads. The layout is
Protocol Buffers' (https://protobuf.dev/programming-guides/encoding/) and onnx/onnx.proto's; a test reads the result
back with ``onnx`` and has its checker look at it.
"""

import struct
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Attribute = int | float | str | Sequence[int] | Sequence[float]

IR_VERSION: Final = 8
OPSET: Final = 17
FLOAT, UINT8, INT64, BOOL = 1, 2, 7, 9
DTYPES: Final = {"float32": FLOAT, "uint8": UINT8, "int64": INT64, "bool": BOOL}
_EXTERNAL: Final = 1
_VARINT, _DELIMITED, _FOUR_BYTES = 0, 2, 5
_FLOAT_ATTRIBUTE, _INT_ATTRIBUTE, _TEXT_ATTRIBUTE, _FLOATS_ATTRIBUTE, _INTS_ATTRIBUTE = 1, 2, 3, 6, 7


class OnnxWriter:
    """A graph under construction. Values are named by number; ``weights`` travel beside the bytes, not in them."""

    def __init__(self) -> None:
        self.weights: dict[str, Array] = {}
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._count = 0

    def node(self, operator: str, *inputs: str, **attributes: Attribute) -> str:
        """Add a node of one output, and give the output's name. An empty input is one that is left out."""
        return self.nodes(operator, inputs, 1, **attributes)[0]

    def nodes(self, operator: str, inputs: Sequence[str], outputs: int, **attributes: Attribute) -> list[str]:
        """Add a node of several outputs."""
        names = [self._name() for _ in range(outputs)]
        message = [_text(1, name) for name in inputs] + [_text(2, name) for name in names] + [_text(4, operator)]
        message += [_message(5, _attribute(name, value)) for name, value in attributes.items()]
        self._nodes.append(b"".join(message))
        return names

    def constant(self, values: Array) -> str:
        """A few numbers, written into the graph."""
        name = self._name()
        raw = _message(9, np.ascontiguousarray(values).tobytes())
        self._constants.append(_tensor_head(name, values) + raw)
        return name

    def weight(self, values: Array) -> str:
        """A tensor that is given to the session as it lies in memory: never copied into the graph."""
        name = self._name()
        self.weights[name] = np.ascontiguousarray(values, np.float32)
        location = _message(13, _text(1, "location") + _text(2, "beside"))
        self._constants.append(_tensor_head(name, self.weights[name]) + location + _number(14, _EXTERNAL))
        return name

    def finish(
        self, inputs: dict[str, tuple[str, Sequence[int | str]]], outputs: dict[str, tuple[str, Sequence[int | str]]]
    ) -> bytes:
        """The model's bytes. Both map a name to its type and shape, where a word is a side that may vary."""
        graph = [_message(1, node) for node in self._nodes]
        graph.append(_text(2, "detector"))
        graph += [_message(5, constant) for constant in self._constants]
        graph += [_message(11, _value(name, *what)) for name, what in inputs.items()]
        graph += [_message(12, _value(name, *what)) for name, what in outputs.items()]
        opset = _text(1, "") + _number(2, OPSET)
        return _number(1, IR_VERSION) + _message(7, b"".join(graph)) + _message(8, opset)

    def _name(self) -> str:
        self._count += 1
        return f"v{self._count}"


def _tensor_head(name: str, values: Array) -> bytes:
    dims = b"".join(_number(1, side) for side in values.shape)
    return dims + _number(2, DTYPES[values.dtype.name]) + _text(8, name)


def _attribute(name: str, value: Attribute) -> bytes:
    head = _text(1, name)
    if isinstance(value, str):
        return head + _text(4, value) + _number(20, _TEXT_ATTRIBUTE)
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, _INT_ATTRIBUTE)
    if isinstance(value, float):
        return head + _key(2, _FOUR_BYTES) + struct.pack("<f", value) + _number(20, _FLOAT_ATTRIBUTE)
    if all(isinstance(item, int) for item in value):
        return head + b"".join(_number(8, int(item)) for item in value) + _number(20, _INTS_ATTRIBUTE)
    floats = b"".join(_key(7, _FOUR_BYTES) + struct.pack("<f", item) for item in value)
    return head + floats + _number(20, _FLOATS_ATTRIBUTE)


def _value(name: str, dtype: str, shape: Sequence[int | str]) -> bytes:
    dims = [_text(2, side) if isinstance(side, str) else _number(1, side) for side in shape]
    described = _number(1, DTYPES[dtype]) + _message(2, b"".join(_message(1, dim) for dim in dims))
    return _text(1, name) + _message(2, _message(1, described))


def _number(field: int, value: int) -> bytes:
    return _key(field, _VARINT) + _varint(value)


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())


def _message(field: int, content: bytes) -> bytes:
    return _key(field, _DELIMITED) + _varint(len(content)) + content


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1  # a negative number is written as its two's complement of 64 bits
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
