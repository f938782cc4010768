"""A checkpoint's file with other numbers in it: the pickle, the entries and their places stay as they were.

Nothing is pickled: only bytes of storages change, and the checksums of their entries. Whatever opened the file
before opens it after.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from ml.checkpoints.allowlist import STORAGES
from ml.checkpoints.archive import Archive, reseal
from ml.checkpoints.limits import LIMITS, Limits
from ml.checkpoints.modules import walk
from ml.checkpoints.nodes import TensorView
from ml.checkpoints.reader import describe, networks_of
from ml.checkpoints.tensors import Array, Materializer

_HALF_A_STEP: Final = np.uint32(0x8000)  # of bfloat16, in the bits of a float32


def rewrite(buffer: bytes, changes: Mapping[str, Array], limits: Limits = LIMITS) -> bytes:
    """The checkpoint with these tensors replaced, each rounded to the type that the file stores it in.

    ``changes`` are by the keys of ``Checkpoint.state``. Where the file holds the average of the weights beside the
    last step's, both get them: which one is opened depends on the tool. Raises ``Refused`` as reading does, and
    ``ValueError`` for a tensor that is not there, of another shape, or too large for its type.
    """
    archive, top = describe(buffer, limits)
    rewritten = np.frombuffer(bytearray(buffer), np.uint8)
    for network in networks_of(top):
        materializer = Materializer(archive, limits)
        walk(network, materializer, limits)
        for key, numbers in changes.items():
            _write(rewritten, archive, _place(materializer.views, key, numbers.shape), numbers)
    return reseal(rewritten.tobytes())


def _place(views: Mapping[str, TensorView], key: str, shape: tuple[int, ...]) -> TensorView:
    if key not in views:
        raise ValueError(f"the file has no tensor {key}")
    if views[key].size != shape:
        raise ValueError(f"{key} is {views[key].size}, not {shape}")
    return views[key]


def _write(rewritten: npt.NDArray[np.uint8], archive: Archive, view: TensorView, numbers: Array) -> None:
    start, stop = archive.entries[f"data/{view.storage.key}"]
    encoded = _encode(numbers, STORAGES[view.storage.dtype][0])
    stored = rewritten[start:stop].view(encoded.dtype)[view.offset :]
    steps = [stride * encoded.itemsize for stride in view.stride]
    np.lib.stride_tricks.as_strided(stored, view.size, steps)[...] = encoded


def _encode(numbers: Array, dtype: str) -> Array:
    """The numbers as the file writes them; bfloat16 is the upper half of a float32, rounded."""
    if dtype == "bfloat16":
        bits = np.ascontiguousarray(numbers, np.float32).view(np.uint32)
        return ((bits + _HALF_A_STEP) >> np.uint32(16)).astype("<u2")
    with np.errstate(over="ignore"):
        encoded = numbers.astype(dtype)
    if not np.isfinite(encoded).all():
        raise ValueError(f"a number too large for {dtype}")
    return encoded
