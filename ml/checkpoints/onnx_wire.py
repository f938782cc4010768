"""What an ONNX file would become when parsed, counted on its bytes before anything is made of them.

Two bytes of file can ask a protobuf parser for a whole object: 200 MB of empty nodes are tens of gigabytes. Here the
fields are walked and counted, and only a file of an ordinary number of parts goes on to the parser.
Layout: https://protobuf.dev/programming-guides/encoding/ and onnx/onnx.proto (1.23).
"""

from collections.abc import Mapping
from typing import Final

from ml.checkpoints.limits import Limits
from ml.checkpoints.sentences import refusal

_VARINT, _EIGHT_BYTES, _DELIMITED, _FOUR_BYTES = 0, 1, 2, 5
_LONGEST_VARINT: Final = 10
_DEEPEST: Final = 12  # model, graph, node, attribute, tensor, entry: six; a type adds some

#: Message → its fields that are messages themselves.
MESSAGES: Final[Mapping[str, Mapping[int, str]]] = {
    "model": {7: "graph", 8: "entry", 14: "entry", 20: "training", 25: "function", 26: "entry"},
    "graph": {
        1: "node",
        5: "tensor",
        **dict.fromkeys((11, 12, 13), "value"),
        14: "annotation",
        15: "sparse",
        16: "entry",
    },
    "node": {5: "attribute", 9: "entry", 10: "entry"},
    "attribute": {
        **dict.fromkeys((5, 10), "tensor"),
        **dict.fromkeys((6, 11), "graph"),
        **dict.fromkeys((14, 15), "type"),
        **dict.fromkeys((22, 23), "sparse"),
    },
    "tensor": {3: "entry", 13: "entry", 16: "entry"},
    "sparse": {1: "tensor", 2: "tensor"},
    "value": {2: "type", 4: "entry"},
    "type": {1: "tensor type", 4: "element", 5: "map", 7: "entry", 8: "tensor type", 9: "element"},
    "tensor type": {2: "shape"},
    "element": {1: "type"},
    "map": {2: "type"},
    "shape": {1: "entry"},
    "annotation": {2: "entry"},
    "training": {1: "graph", 2: "graph", 3: "entry", 4: "entry"},
    "function": {7: "node", 9: "entry", 11: "attribute", 12: "value", 14: "entry"},
    "entry": {},
}
#: Fields that pack numbers of one byte or more, each of which takes four or eight in memory.
_PACKED: Final[Mapping[str, frozenset[int]]] = {"tensor": frozenset({1, 5, 7, 11}), "attribute": frozenset({8})}


def require_few_parts(buffer: bytes, limits: Limits) -> None:
    """Raise ``Refused`` (``onnx_damaged``, ``onnx_too_big``) unless parsing this file takes a bounded memory."""
    parts = packed = 0
    waiting = [("model", 0, len(buffer), 0)]
    while waiting:
        kind, position, stop, depth = waiting.pop()
        if depth > _DEEPEST:
            raise refusal("onnx_damaged")
        inner = MESSAGES[kind]
        while position < stop:
            tag, position = _varint(buffer, position, stop)
            field, start = tag >> 3, position
            position, is_delimited = _past(buffer, tag & 7, position, stop)
            parts += 1
            if is_delimited and field in inner:
                length, start = _varint(buffer, start, stop)
                waiting.append((inner[field], start, start + length, depth + 1))
            elif is_delimited and field in _PACKED.get(kind, ()):
                packed += position - start
            if parts > limits.onnx_parts or packed > limits.onnx_packed_bytes:
                raise refusal("onnx_too_big")


def _past(buffer: bytes, wire: int, position: int, stop: int) -> tuple[int, bool]:
    """Where the field whose value begins here ends, and whether it is a run of bytes."""
    if wire == _VARINT:
        return _varint(buffer, position, stop)[1], False
    if wire == _DELIMITED:
        length, position = _varint(buffer, position, stop)
        position += length
    elif wire == _EIGHT_BYTES:
        position += 8
    elif wire == _FOUR_BYTES:
        position += 4
    else:  # groups, which nothing has written for twenty years
        raise refusal("onnx_damaged")
    if position > stop:
        raise refusal("onnx_damaged")
    return position, wire == _DELIMITED


def _varint(buffer: bytes, position: int, stop: int) -> tuple[int, int]:
    value = 0
    for place in range(_LONGEST_VARINT):
        if position >= stop:
            raise refusal("onnx_damaged")
        byte = buffer[position]
        position += 1
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, position
    raise refusal("onnx_damaged")
