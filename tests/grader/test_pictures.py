"""Pictures that are decoded while somebody already looks at them: in their order, and for reading only."""

import mmap
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.coming import HEAD_BYTES, BatchesToCome
from grader.errors import Cancelled
from grader.pictures import shared_pictures
from ml.datasets import Split, read_dataset
from ml.detection import prepared
from ml.detection.letterbox import letterbox_for_evaluation
from ml.detection.prepared import prepare
from ml.detection.settings import EvaluationSettings
from ml.errors import Refused
from tests.descriptors import held
from tests.grader.small_task import SIDE, Task

SETTINGS = EvaluationSettings(image_size=SIDE, batch_size=2)


@pytest.fixture
def split(task: Task) -> Split:
    return read_dataset(task.data).split("test")


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Semaphore]:
    """Each picture is decoded only when the test lets it."""
    may_decode, decode = threading.Semaphore(0), letterbox_for_evaluation

    def slowly(*arguments: object) -> object:
        may_decode.acquire()
        return decode(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(prepared, "letterbox_for_evaluation", slowly)
    yield may_decode
    may_decode.release(1_000)


def test_batches_come_in_their_order_split_after_split(split: Split) -> None:
    alone = list(prepare(split, SETTINGS).batches())
    with shared_pictures([split, split], SETTINGS) as pictures:
        coming = BatchesToCome(pictures.descriptor)
        found = list(coming.batches(pictures.shapes))
        for one, other in zip(found, [*alone, *alone], strict=True):
            np.testing.assert_array_equal(one, other)
        first, second = pictures.wait()
        assert first.geometries == second.geometries == prepare(split, SETTINGS).geometries


def test_a_batch_is_seen_as_soon_as_it_is_there_and_not_before(split: Split, gate: threading.Semaphore) -> None:
    with shared_pictures([split], SETTINGS) as pictures:
        coming = BatchesToCome(pictures.descriptor).batches(pictures.shapes)
        gate.release(2)
        assert next(coming).any()
        waiting = threading.Thread(target=lambda: next(coming), daemon=True)
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()
        gate.release(4)
        waiting.join(20)
        assert not waiting.is_alive()


def test_whoever_is_given_the_memory_can_neither_write_nor_resize_it(split: Split) -> None:
    with shared_pictures([split], SETTINGS) as pictures:
        pictures.wait()
        with pytest.raises(OSError, match=r"."):
            mmap.mmap(pictures.descriptor, HEAD_BYTES, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ | mmap.PROT_WRITE)
        with pytest.raises(OSError, match=r"."):
            os.pwrite(pictures.descriptor, b"\xff", 0)
        with pytest.raises(OSError, match=r"."):
            os.ftruncate(pictures.descriptor, 10 * HEAD_BYTES)
        (batch, *_) = BatchesToCome(pictures.descriptor).batches(pictures.shapes)
        with pytest.raises(ValueError, match="read-only"):
            batch[0] = 0


def test_a_picture_that_cannot_be_read_is_told_to_whoever_waits(task: Task, split: Split, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "0.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")
    (tmp_path / "data.yaml").write_text("path: .\ntest: images\nnames: [charlie, mug]\n")
    broken = read_dataset(tmp_path / "data.yaml").split("test")
    with shared_pictures([split, broken], SETTINGS) as pictures:
        with pytest.raises(Refused, match="unreadable_image"):
            pictures.wait()
        assert pictures.failure is not None


def test_leaving_early_leaves_no_thread_and_no_descriptor(split: Split, gate: threading.Semaphore) -> None:
    before = held()
    with shared_pictures([split], SETTINGS) as pictures:
        gate.release(2)
        next(BatchesToCome(pictures.descriptor).batches(pictures.shapes))
        pictures._stopped.set()  # as leaving does, before it waits for the batch that is being decoded
        gate.release(2)  # and the one after is never begun
    assert isinstance(pictures.failure, Cancelled)
    del pictures
    assert not [thread for thread in threading.enumerate() if thread.name == "decode"]
    assert held() <= before
