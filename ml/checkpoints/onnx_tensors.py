"""The tensors inside an ONNX file: that each holds as many numbers as it says, here and of a known type."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from ml.checkpoints.limits import Limits
from ml.checkpoints.sentences import refusal

if TYPE_CHECKING:
    from onnx import TensorProto

FLOAT, UINT8, INT32, INT64, BOOL, HALF, DOUBLE, BFLOAT16 = 1, 2, 6, 7, 9, 10, 11, 16
#: Type → bytes of one number: no text, no complex, nothing smaller than a byte.
ITEM_BYTES: Final[Mapping[int, int]] = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 16: 2}
#: Type → the field that holds its numbers where ``raw_data`` does not; the other types use ``int32_data``.
_LISTS: Final[Mapping[int, str]] = {FLOAT: "float_data", INT64: "int64_data", DOUBLE: "double_data", 12: "uint64_data"}
_SMALL: Final = 4_096  # numbers: integers up to this many are shapes and indexes, not parameters
_INDEXES: Final = frozenset({INT32, INT64, BOOL})


def counted(tensor: "TensorProto", what: str, limits: Limits) -> int:
    """How many parameters this tensor is, once it is known to be one.

    Raises ``Refused``: ``onnx_external``, ``onnx_tensor``, ``not_finite``.
    """
    if tensor.data_location != 0 or len(tensor.external_data):
        raise refusal("onnx_external", name=what)
    if tensor.HasField("segment") or tensor.data_type not in ITEM_BYTES:
        raise refusal("onnx_tensor", name=what)
    if len(tensor.dims) > limits.onnx_dimensions:
        raise refusal("onnx_tensor", name=what)
    if any(not 0 <= size <= limits.tensor_extent for size in tensor.dims):
        raise refusal("onnx_tensor", name=what)
    numel = math.prod(tensor.dims)
    if numel > limits.parameters:
        raise refusal("too_many_parameters", limit=limits.parameters // 1_000_000)
    _require_numbers(tensor, numel, what)
    return 0 if tensor.data_type in _INDEXES and numel <= _SMALL else numel


def _require_numbers(tensor: "TensorProto", numel: int, what: str) -> None:
    """Exactly one field holds exactly these numbers, and all of them are finite."""
    lists = {
        "float_data": len(tensor.float_data),
        "int32_data": len(tensor.int32_data),
        "int64_data": len(tensor.int64_data),
        "double_data": len(tensor.double_data),
        "uint64_data": len(tensor.uint64_data),
        "string_data": len(tensor.string_data),
    }
    is_raw = tensor.HasField("raw_data")
    held = len(tensor.raw_data) if is_raw else lists.pop(_LISTS.get(tensor.data_type, "int32_data"))
    expected = numel * ITEM_BYTES[tensor.data_type] if is_raw else numel
    if held != expected or any(lists.values()):
        raise refusal("onnx_tensor", name=what)
    if not _is_finite(tensor, is_raw):
        raise refusal("not_finite", name=what)


def _is_finite(tensor: "TensorProto", is_raw: bool) -> bool:
    kind = tensor.data_type
    if kind in (HALF, BFLOAT16):
        # Sixteen bits, of which the exponent's are all ones in NaN and infinity only.
        exponent = 0x7C00 if kind == HALF else 0x7F80
        bits = np.frombuffer(tensor.raw_data, "<u2") if is_raw else np.array(tensor.int32_data, np.int64)
        return bool(((bits & exponent) != exponent).all())
    if kind == FLOAT:
        return bool(np.isfinite(np.frombuffer(tensor.raw_data, "<f4") if is_raw else tensor.float_data).all())
    if kind == DOUBLE:
        return bool(np.isfinite(np.frombuffer(tensor.raw_data, "<f8") if is_raw else tensor.double_data).all())
    return True
