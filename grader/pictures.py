"""A split's letterboxed pictures in sealed memory: what the child may see of the data, and nothing else."""

import fcntl
import mmap
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from grader.errors import Cancelled
from ml.datasets import Split
from ml.detection.prepared import Pixels, PreparedSplit, prepare
from ml.detection.settings import EvaluationSettings

#: Nobody changes the size, writes anew or adds seals; our own mapping, made before, may still be read.
F_SEAL_FUTURE_WRITE: Final = 0x0010
SEALS: Final = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | F_SEAL_FUTURE_WRITE


@dataclass(frozen=True)
class SharedPictures:
    prepared: PreparedSplit
    descriptor: int


@contextmanager
def shared_pictures(
    split: Split, settings: EvaluationSettings, cancelled: Callable[[], bool]
) -> Iterator[SharedPictures]:
    """Decode and letterbox ``split`` into anonymous memory; the descriptor closes with the block."""
    descriptor = os.memfd_create("pictures", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)

    def into(size: int) -> Pixels:
        os.ftruncate(descriptor, size)
        return np.frombuffer(mmap.mmap(descriptor, size), dtype=np.uint8)

    def decoded(done: int, total: int) -> None:
        if cancelled():
            raise Cancelled

    try:
        prepared = prepare(split, settings, into=into, on_progress=decoded)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, SEALS)
        yield SharedPictures(prepared, descriptor)
    finally:
        os.close(descriptor)
