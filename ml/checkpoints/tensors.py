"""Described tensors -> NumPy arrays, each one measured before a byte of memory is taken for it."""

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ml.checkpoints.allowlist import STORAGES
from ml.checkpoints.archive import Archive
from ml.checkpoints.limits import Limits
from ml.checkpoints.nodes import Storage, TensorView
from ml.checkpoints.sentences import refusal

Array = npt.NDArray[np.generic]

_FLOAT32_BYTES: Final = 4


def dtype_name(view: TensorView) -> str:
    """The type of the tensor's numbers in the file, as PyTorch and NumPy call it: "float16"."""
    stored = STORAGES[view.storage.dtype][0]
    return stored if stored == "bfloat16" else np.dtype(stored).name


class Materializer:
    """Turns tensor views into arrays, and keeps count of everything that it has given out.

    ``views`` says by name where each lay.
    """

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self.views: dict[str, TensorView] = {}
        self._archive = archive
        self._limits = limits
        self._bytes = 0
        self._tensors = 0

    def array(self, view: TensorView, name: str) -> Array:
        """A copy of the tensor, float32 when it holds real numbers and int64 otherwise, C-contiguous.

        Raises ``Refused``: ``storage_missing``, ``storage_size``, ``tensor_invalid``, ``tensor_expands``,
        ``tensor_bounds``, ``tensor_stride``, ``tensors_too_many``, ``too_many_parameters``, ``not_finite``.
        """
        dtype, item_bytes, is_real = STORAGES[view.storage.dtype]
        start, stop = self._span(view.storage, item_bytes, name)
        numel = self._measure(view, name)
        self._account(numel)
        self.views[name] = view
        raw = np.frombuffer(self._archive.buffer, np.uint8, stop - start, start)
        numbers = decoded(raw, dtype)
        if numel:
            steps = [stride * numbers.itemsize for stride in view.stride]
            seen: Array = np.lib.stride_tricks.as_strided(numbers[view.offset :], view.size, steps)
        else:
            seen = np.zeros(view.size, numbers.dtype)
        with np.errstate(over="ignore"):  # a double too large for float32 becomes infinite, and is refused as such
            array: Array = np.array(seen, dtype=np.float32 if is_real else np.int64, order="C")
        if is_real and not np.isfinite(array).all():
            raise refusal("not_finite", name=name)
        return array

    def _span(self, storage: Storage, item_bytes: int, name: str) -> tuple[int, int]:
        span = self._archive.entries.get(f"data/{storage.key}")
        if span is None:
            raise refusal("storage_missing", name=name)
        found = span[1] - span[0]
        if found != storage.numel * item_bytes:
            raise refusal("storage_size", name=name, expected=storage.numel * item_bytes, found=found)
        return span

    def _measure(self, view: TensorView, name: str) -> int:
        """The number of elements, once the view is known to read each number of its storage at most once."""
        if len(view.size) > self._limits.tensor_dimensions:
            raise refusal("tensor_invalid")
        numel = math.prod(view.size)
        if numel > view.storage.numel:
            raise refusal("tensor_expands", name=name, count=numel, held=view.storage.numel)
        if not numel:
            if view.offset > view.storage.numel:
                raise refusal("tensor_bounds", name=name)
            return 0
        reach = sum((size - 1) * stride for size, stride in zip(view.size, view.stride, strict=True))
        if view.offset + reach >= view.storage.numel:
            raise refusal("tensor_bounds", name=name)
        expected = 1  # a contiguous tensor, its dimensions in any order: channels_last is one
        for stride, size in sorted((s, z) for s, z in zip(view.stride, view.size, strict=True) if z != 1):
            if stride != expected:
                raise refusal("tensor_stride", name=name)
            expected *= size
        return numel

    def _account(self, numel: int) -> None:
        self._tensors += 1
        self._bytes += numel * _FLOAT32_BYTES
        if self._tensors > self._limits.tensors:
            raise refusal("tensors_too_many")
        if self._bytes > self._limits.tensor_bytes:
            raise refusal("too_many_parameters", limit=self._limits.parameters // 1_000_000)


def decoded(raw: npt.NDArray[np.uint8], dtype: str) -> npt.NDArray[Any]:
    """The bytes of a storage as the numbers that they are on disk: "<f2", "bfloat16", "bool" …"""
    if dtype == "bfloat16":  # the upper half of a float32
        upper = raw.view("<u2").astype("<u4")
        return (upper << np.uint32(16)).view(np.float32)
    if dtype == "bool":
        return np.not_equal(raw, 0)
    return raw.view(np.dtype(dtype))
