"""Letterboxed pictures in sealed memory: what the child may see of the data, and nothing else.

They are decoded in a thread of ours while the child starts, reads and already predicts: the first page of the memory
counts the batches that are there, and the child waits for the one that it needs. It can read this memory and no more.
"""

import fcntl
import mmap
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np

from grader.coming import HEAD_BYTES, counter
from grader.errors import Cancelled
from ml.datasets import Split
from ml.detection.prepared import Pixels, PreparedSplit, Shape, buffer_bytes, plan_batches, prepare
from ml.detection.settings import EvaluationSettings

#: Nobody changes the size, makes a writable mapping or adds seals; our own mapping, made before, is written to.
F_SEAL_FUTURE_WRITE: Final = 0x0010
SEALS: Final = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | F_SEAL_FUTURE_WRITE


class SharedPictures:
    """The pictures of one or several splits, one after another in one memory, being decoded.

    ``shapes`` are of every batch (B, H, W, 3); ``descriptor`` is what the child inherits.
    """

    def __init__(self, splits: Sequence[Split], settings: EvaluationSettings) -> None:
        self.failure: Exception | None = None
        self.seconds = 0.0
        self._splits, self._settings = splits, settings
        self._prepared: list[PreparedSplit] = []
        plans = [plan_batches(split, settings) for split in splits]
        self.shapes: list[Shape] = [plan.shape for one in plans for plan in one]
        size = HEAD_BYTES + sum(buffer_bytes(one) for one in plans)
        self.descriptor = os.memfd_create("pictures", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.descriptor, size)
        memory = np.frombuffer(mmap.mmap(self.descriptor, size), dtype=np.uint8)
        self._ready, self._left = counter(memory), memory[HEAD_BYTES:]
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, SEALS)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._decode, name="decode", daemon=True)
        self._thread.start()

    def wait(self) -> list[PreparedSplit]:
        """Every split's plans and geometries, once all is decoded. Raises what decoding raised."""
        self._thread.join()
        if self.failure is not None:
            raise self.failure
        return self._prepared

    def close(self) -> None:
        """Stop decoding, and give the memory back as soon as nobody looks at it any more."""
        self._stopped.set()
        self._thread.join()
        os.close(self.descriptor)

    def _decode(self) -> None:
        started = time.perf_counter()
        try:
            for split in self._splits:
                self._prepared.append(prepare(split, self._settings, into=self._room, on_batch=self._tell))
        except Cancelled:
            self.failure = Cancelled()  # the one that was raised would hold on to the pictures
        except Exception as error:  # it is raised where somebody waits
            self.failure = error
        self.seconds = time.perf_counter() - started

    def _room(self, size: int) -> Pixels:
        room, self._left = self._left[:size], self._left[size:]
        return room

    def _tell(self, _batches: int) -> None:
        self._ready[0] += np.uint64(1)
        if self._stopped.is_set():
            raise Cancelled


@contextmanager
def shared_pictures(splits: Sequence[Split], settings: EvaluationSettings) -> Iterator[SharedPictures]:
    """Start to decode and letterbox ``splits`` into anonymous memory; leaving the block stops it."""
    pictures = SharedPictures(splits, settings)
    try:
        yield pictures
    finally:
        pictures.close()
