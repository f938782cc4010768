"""Splits' letterboxed pictures in sealed memory: what the child may see of the data, and nothing else."""

import fcntl
import mmap
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from grader.errors import Cancelled
from ml.datasets import Split
from ml.detection.prepared import Pixels, PreparedSplit, buffer_bytes, plan_batches, prepare
from ml.detection.settings import EvaluationSettings

#: Nobody changes the size, writes anew or adds seals; our own mapping, made before, may still be read.
F_SEAL_FUTURE_WRITE: Final = 0x0010
SEALS: Final = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | F_SEAL_FUTURE_WRITE


@dataclass(frozen=True)
class SharedPictures:
    """Several splits, one after another behind one descriptor."""

    prepared: tuple[PreparedSplit, ...]
    descriptor: int

    @property
    def shapes(self) -> list[tuple[int, int, int, int]]:
        """Of every batch of every split."""
        return [shape for split in self.prepared for shape in split.shapes]


@contextmanager
def shared_pictures(
    splits: Sequence[Split], settings: EvaluationSettings, cancelled: Callable[[], bool]
) -> Iterator[SharedPictures]:
    """Decode and letterbox ``splits`` into anonymous memory; the descriptor closes with the block."""
    descriptor = os.memfd_create("pictures", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    left = sum(buffer_bytes(plan_batches(split, settings)) for split in splits)
    os.ftruncate(descriptor, left)
    pixels = np.frombuffer(mmap.mmap(descriptor, left), dtype=np.uint8)

    def into(size: int) -> Pixels:
        nonlocal left
        left -= size
        return pixels[len(pixels) - left - size :][:size]

    def decoded(done: int, total: int) -> None:
        if cancelled():
            raise Cancelled

    try:
        prepared = tuple(prepare(split, settings, into=into, on_progress=decoded) for split in splits)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, SEALS)
        yield SharedPictures(prepared, descriptor)
    finally:
        os.close(descriptor)
