"""Which pictures share a batch, on which canvas, and the buffer that a predictor is given."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from ml.datasets import Sample, Split
from ml.detection.prepared import BatchStream, plan_batches, prepare, views
from ml.detection.settings import EvaluationSettings
from ml.errors import Refused

SIZES = [(40, 64), (64, 40), (64, 64), (20, 64), (48, 64)]  # height, width


@pytest.fixture
def split(tmp_path: Path) -> Split:
    samples = []
    for number, size in enumerate(SIZES):
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), np.full((*size, 3), 50 + number, np.uint8))
        samples.append(Sample(path, None))
    return Split("val", tuple(samples), 0)


def settings(letterbox: str, **values: int) -> EvaluationSettings:
    return EvaluationSettings.from_json({"image_size": 64, "letterbox": letterbox, "batch_size": 2, **values})


def test_square_batches_follow_the_split(split: Split) -> None:
    plans = plan_batches(split, settings("square"))
    assert [plan.samples for plan in plans] == [(0, 1), (2, 3), (4,)]
    assert {plan.canvas for plan in plans} == {(64, 64)}


def test_rectangular_batches_join_similar_shapes_on_the_smallest_canvas(split: Split) -> None:
    """Half a cell of 32 more than needed, rounded up, as upstream: 40/64 → 1.25 + 0.5 cells → 64 pixels."""
    plans = plan_batches(split, settings("rectangular"))
    assert [plan.samples for plan in plans] == [(3, 0), (4, 2), (1,)]
    assert [plan.canvas for plan in plans] == [(64, 96), (96, 96), (96, 64)]


@pytest.mark.parametrize("letterbox", ["square", "rectangular"])
def test_the_stream_and_the_buffer_hold_the_same_pictures(split: Split, letterbox: str) -> None:
    chosen = settings(letterbox)
    whole, stream = prepare(split, chosen), BatchStream(split, chosen)
    for ready, decoded in zip(whole.batches(), stream, strict=True):
        np.testing.assert_array_equal(ready, decoded)
    assert whole.geometries == tuple(stream.geometries)
    assert sorted(whole.order) == [0, 1, 2, 3, 4]
    # The middle of each canvas says which picture it is.
    centers = [int(image[image.shape[0] // 2, image.shape[1] // 2, 0]) - 50 for b in whole.batches() for image in b]
    assert tuple(centers) == whole.order


def test_a_buffer_of_somebody_else_is_filled(split: Split) -> None:
    given = np.zeros(5 * 64 * 64 * 3, np.uint8)
    told: list[tuple[int, int]] = []
    whole = prepare(
        split, settings("square"), into=lambda size: given[:size], on_progress=lambda *done: told.append(done)
    )
    assert np.shares_memory(whole.pixels, given)
    assert given.any()
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_a_buffer_of_the_wrong_size_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="bytes"):
        list(views(np.zeros(100, np.uint8), [(1, 4, 4, 3)]))


def test_a_picture_turned_by_its_camera_is_planned_as_it_is_seen(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    path = tmp_path / "turned.jpg"
    Image.new("RGB", (64, 32), "white").save(path, exif=exif)
    turned = Split("val", (Sample(path, None),), 0)
    whole = prepare(turned, settings("rectangular"))
    assert whole.geometries[0].native == (64, 32)
    assert whole.shapes == [(1, 96, 64, 3)]


def test_an_unreadable_picture_stops_both_with_its_name(split: Split) -> None:
    split.samples[3].image.write_bytes(b"nothing")
    for work in (lambda: prepare(split, settings("square")), lambda: list(BatchStream(split, settings("square")))):
        with pytest.raises(Refused, match=r"3\.png"):
            work()


def test_a_reader_that_stops_early_stops_the_decoder(split: Split) -> None:
    stream = iter(BatchStream(split, settings("square", batch_size=1)))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
