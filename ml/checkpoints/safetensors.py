"""A safetensors file read by its own rules: a JSON header, then the numbers, each byte of them claimed once.

Lenient readers accept a key twice, holes, overlaps and bytes after the end; two of them can then see two different
networks. Layout: https://github.com/huggingface/safetensors (format section).
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import numpy as np

from ml.checkpoints.limits import Limits
from ml.checkpoints.sentences import refusal
from ml.checkpoints.tensors import Array, decoded

_LENGTH_BYTES: Final = 8
_FLOAT32_BYTES: Final = 4
_METADATA: Final = "__metadata__"
_FIELDS: Final = frozenset({"dtype", "shape", "data_offsets"})
_KEY: Final = re.compile(r"[A-Za-z_0-9][A-Za-z0-9_]{0,63}(?:\.[A-Za-z0-9_]{1,64}){0,24}", re.ASCII)
#: Type in the header → NumPy's name on disk, bytes of one number, whether it is real.
_TYPES: Final[Mapping[str, tuple[str, int, bool]]] = {
    "F16": ("<f2", 2, True),
    "BF16": ("bfloat16", 2, True),
    "F32": ("<f4", 4, True),
    "F64": ("<f8", 8, True),
    "I64": ("<i8", 8, False),
    "I32": ("<i4", 4, False),
    "I16": ("<i2", 2, False),
    "I8": ("<i1", 1, False),
    "U8": ("<u1", 1, False),
}


@dataclass(frozen=True, slots=True)
class Tensors:
    """Weights by name, what type each had in the file, and the file's own notes."""

    state: Mapping[str, Array]
    dtypes: Mapping[str, str]
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    dtype: str
    shape: tuple[int, ...]
    start: int
    stop: int


def read_safetensors(buffer: bytes, limits: Limits) -> Tensors:
    """Every tensor of a file, float32 where it holds real numbers and int64 otherwise.

    Raises ``Refused``: ``safetensors_header``, ``safetensors_tensor``, ``safetensors_bytes``, ``tensors_too_many``,
    ``too_many_parameters``, ``not_finite``.
    """
    if len(buffer) > limits.file_bytes:
        raise refusal("file_too_big", limit=limits.file_bytes >> 20)
    length = int.from_bytes(buffer[:_LENGTH_BYTES], "little")
    first = _LENGTH_BYTES + length
    if length > limits.safetensors_header_bytes:
        raise refusal("safetensors_header")
    if first > len(buffer):
        raise refusal("truncated")
    header = _header(buffer[_LENGTH_BYTES:first], limits)
    metadata = _metadata(header.pop(_METADATA, {}), limits)
    entries = {name: _entry(name, entry, limits) for name, entry in header.items()}
    _require_few(entries, limits)
    _require_every_byte_once(entries, len(buffer) - first)
    state = {name: _array(buffer, first, name, entry) for name, entry in entries.items()}
    dtypes = {name: _dtype_name(entry.dtype) for name, entry in entries.items()}
    return Tensors(state, dtypes, metadata)


def _header(text: bytes, limits: Limits) -> dict[str, Any]:
    if not text.startswith(b"{") or text.count(b"{") > limits.tensors + 8:
        raise refusal("safetensors_header")
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise refusal("safetensors_header") from error
    if not isinstance(header, dict):
        raise refusal("safetensors_header")
    return header


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object none of whose keys comes twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise refusal("safetensors_header")
    return found


def _no_constant(_: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise refusal("safetensors_header")


def _metadata(value: Any, limits: Limits) -> dict[str, str]:
    if type(value) is not dict or len(value) > limits.metadata_entries:
        raise refusal("safetensors_header")
    for key, text in value.items():
        if len(key) > limits.metadata_key or type(text) is not str or len(text) > limits.metadata_text:
            raise refusal("safetensors_header")
    return value


def _entry(name: str, entry: Any, limits: Limits) -> _Entry:
    if _KEY.fullmatch(name) is None or type(entry) is not dict or entry.keys() != _FIELDS:
        raise refusal("safetensors_tensor", name=name)
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if type(dtype) is not str or dtype not in _TYPES or type(shape) is not list or type(offsets) is not list:
        raise refusal("safetensors_tensor", name=name)
    if len(shape) > limits.tensor_dimensions or len(offsets) != 2:
        raise refusal("safetensors_tensor", name=name)
    if any(type(size) is not int or not 0 <= size <= limits.tensor_extent for size in (*shape, *offsets)):
        raise refusal("safetensors_tensor", name=name)
    start, stop = offsets
    if math.prod(shape) * _TYPES[dtype][1] != stop - start:
        raise refusal("safetensors_tensor", name=name)
    return _Entry(dtype, tuple(shape), start, stop)


def _require_few(entries: Mapping[str, _Entry], limits: Limits) -> None:
    if not 1 <= len(entries) <= limits.tensors:
        raise refusal("tensors_too_many")
    numbers = sum(math.prod(entry.shape) for entry in entries.values())
    if numbers > limits.parameters or numbers * _FLOAT32_BYTES > limits.tensor_bytes:
        raise refusal("too_many_parameters", limit=limits.parameters // 1_000_000)


def _require_every_byte_once(entries: Mapping[str, _Entry], total: int) -> None:
    position = 0
    for entry in sorted(entries.values(), key=lambda entry: (entry.start, entry.stop)):
        if entry.start != position:
            raise refusal("safetensors_bytes")
        position = entry.stop
    if position > total:
        raise refusal("truncated")
    if position != total:
        raise refusal("safetensors_bytes")


def _array(buffer: bytes, first: int, name: str, entry: _Entry) -> Array:
    stored, _, is_real = _TYPES[entry.dtype]
    raw = np.frombuffer(buffer, np.uint8, entry.stop - entry.start, first + entry.start)
    with np.errstate(over="ignore"):  # a double too large for float32 becomes infinite, and is refused as such
        array = np.array(decoded(raw, stored).reshape(entry.shape), np.float32 if is_real else np.int64, order="C")
    if is_real and not np.isfinite(array).all():
        raise refusal("not_finite", name=name)
    return array


def _dtype_name(dtype: str) -> str:
    stored = _TYPES[dtype][0]
    return stored if stored == "bfloat16" else np.dtype(stored).name
