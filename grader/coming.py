"""The child's side of the shared pictures: batches that are waited for, one after another. Knows no decoder."""

import mmap
import os
import time
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

#: Before the pictures: how many batches are ready.
HEAD_BYTES: Final = mmap.PAGESIZE
WAIT_SECONDS: Final = 0.001


class BatchesToCome:
    """Made before the walls go up: afterwards no memory of a descriptor can be had."""

    def __init__(self, descriptor: int) -> None:
        memory = mmap.mmap(descriptor, os.fstat(descriptor).st_size, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ)
        every = np.frombuffer(memory, dtype=np.uint8)
        self._ready, self._pixels = counter(every), every[HEAD_BYTES:]

    def batches(self, shapes: Sequence[Sequence[int]]) -> Iterator[Pixels]:
        """Each batch (B, H, W, 3) as soon as it is there."""
        start = 0
        for number, shape in enumerate(shapes):
            while int(self._ready[0]) <= number:
                time.sleep(WAIT_SECONDS)
            size = int(np.prod(shape))
            yield self._pixels[start : start + size].reshape(shape)
            start += size


def counter(memory: Pixels) -> npt.NDArray[np.uint64]:
    """The number of batches that are ready, in the first bytes of the memory."""
    return memory[:8].view(np.uint64)
