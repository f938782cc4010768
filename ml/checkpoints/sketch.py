"""A few kilobytes that stand for a file's weights: enough to see that two are the same, or that a layer was frozen.

For each tensor of two dimensions or more, in the network's order: its name, its shape, a hash of its values and a
few of the values themselves, at places that depend on the name alone. Values count in 16 bits, as trainers store
them, so that a file saved in 16 bits and the same in 32 have one sketch. ``grader.likeness`` compares two of them.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

VERSION: Final = 1
LARGEST_BYTES: Final = 64 * 1024
HASH_BYTES: Final = 8
VALUES: Final = 16  # of each tensor; fewer where a network has very many tensors
FEWER_VALUES: Final = (VALUES, 8, 4, 2, 1, 0)
LARGEST_HALF: Final = 65_504.0  # the largest finite number of 16 bits

Array = npt.NDArray[Any]


def sketch(state: Mapping[str, Array]) -> bytes:
    """The sketch of a ``state_dict()`` as arrays: JSON in ASCII, at most 64 KB, the same for the same weights.

    A network of so many tensors that their hashes alone pass the limit is sketched as far as there is room.
    """
    tensors = [(name, array) for name, array in state.items() if array.ndim > 1 and array.size and _is_real(array)]
    for values in FEWER_VALUES:
        text = _text([_row(name, array, values) for name, array in tensors])
        if len(text) <= LARGEST_BYTES:
            return text
    return _text(list(_as_many_as_fit([_row(name, array, 0) for name, array in tensors])))


def _as_many_as_fit(rows: list[list[Any]]) -> Iterator[list[Any]]:
    left = LARGEST_BYTES - len(_text([]))
    for row in rows:
        left -= len(json.dumps(row, separators=(",", ":"))) + 1
        if left < 0:
            return
        yield row


def _text(rows: list[list[Any]]) -> bytes:
    return json.dumps({"version": VERSION, "tensors": rows}, separators=(",", ":")).encode("ascii")


def _row(name: str, array: Array, values: int) -> list[Any]:
    half = np.ascontiguousarray(array, np.float32).clip(-LARGEST_HALF, LARGEST_HALF).astype("<f2").reshape(-1)
    digest = hashlib.blake2b(half.tobytes(), digest_size=HASH_BYTES).hexdigest()
    seen = half[_places(name, half.size)[:values]]
    return [name, list(array.shape), digest, base64.b64encode(seen.tobytes()).decode("ascii")]


def _places(name: str, size: int) -> Array:
    """Sixteen places in a flat tensor of this size, the same for every file."""
    drawn = np.frombuffer(hashlib.shake_128(name.encode("utf-8", "replace")).digest(8 * VALUES), "<u8")
    return np.asarray(drawn % np.uint64(size))


def _is_real(array: Array) -> bool:
    return bool(array.dtype.kind == "f")
