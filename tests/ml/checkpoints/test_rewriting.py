"""Other numbers in a file that stays what it was: everything that opened it opens it still."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from fixtures.benign.tiny import NAMES, tiny_checkpoint, tiny_configuration, tiny_network
from fixtures.benign.variants import VARIANTS
from fixtures.benign.yolov5_file import save_yolov5
from fixtures.hostile.networks import FIRST_WEIGHT
from ml.checkpoints import read_bytes, rebuild, rewrite
from ml.checkpoints.limits import LIMITS
from ml.checkpoints.modules import walk
from ml.checkpoints.reader import describe, networks_of
from ml.checkpoints.tensors import Materializer

WEIGHTS = Path(__file__).parents[3] / "fixtures" / "weights"


def first_weight(content: bytes) -> str:
    return next(key for key, array in read_bytes(content).state.items() if array.ndim == 4)


@pytest.mark.parametrize("make", VARIANTS.values(), ids=VARIANTS.keys())
def test_one_tensor_is_replaced_in_every_file_that_opens_and_nothing_else(make: Callable[[], bytes]) -> None:
    original = make()
    before, key = read_bytes(original), first_weight(original)
    shape = before.state[key].shape
    new = np.linspace(-1, 1, before.state[key].size, dtype=np.float32).reshape(shape)
    after = read_bytes(rewrite(original, {key: new}))
    rebuild(after)
    assert np.allclose(after.state[key], new, atol=1e-3)
    assert all(np.array_equal(after.state[other], before.state[other]) for other in before.state if other != key)
    assert (after.dtypes, after.names, after.config) == (before.dtypes, before.names, before.config)


def test_the_numbers_it_has_already_give_the_file_it_was() -> None:
    for name in ("course_yolov5nu.pt", "charlie_yolov5n.pt"):
        content = (WEIGHTS / name).read_bytes()
        assert rewrite(content, read_real(content)) == content


def read_real(content: bytes) -> dict[str, np.ndarray]:
    return {key: array for key, array in read_bytes(content).state.items() if array.dtype.kind == "f"}


def test_entries_keep_their_names_places_and_dates_and_their_checksums_hold() -> None:
    original = (WEIGHTS / "charlie_yolov5n.pt").read_bytes()
    weight = read_bytes(original).state["model.5.conv.weight"]
    changed = rewrite(original, {"model.5.conv.weight": -weight})
    assert len(changed) == len(original)
    with zipfile.ZipFile(io.BytesIO(original)) as before, zipfile.ZipFile(io.BytesIO(changed)) as after:
        assert after.testzip() is None
        described = [
            [(i.filename, i.header_offset, i.date_time, i.file_size) for i in z.infolist()] for z in (before, after)
        ]
        assert described[0] == described[1]
        assert sum(before.read(name) != after.read(name) for name in before.namelist()) == 1


def test_the_average_of_the_weights_and_the_last_step_both_get_the_new_numbers() -> None:
    original = VARIANTS["v6.2 in the middle of training"]()
    changed = rewrite(original, {FIRST_WEIGHT: np.ones_like(read_bytes(original).state[FIRST_WEIGHT])})
    archive, top = describe(changed, LIMITS)
    networks = networks_of(top)
    assert len(networks) == 2
    for network in networks:
        assert (walk(network, Materializer(archive, LIMITS), LIMITS).state[FIRST_WEIGHT] == 1).all()


def test_bfloat16_is_rounded_to_the_nearest() -> None:
    config = tiny_configuration()
    file = io.BytesIO()
    save_yolov5(tiny_network(config).bfloat16(), file, config=config, names=NAMES, half=False)
    new = torch.randn(read_bytes(file.getvalue()).state[FIRST_WEIGHT].shape, generator=torch.Generator().manual_seed(1))
    after = read_bytes(rewrite(file.getvalue(), {FIRST_WEIGHT: new.numpy()}))
    assert np.array_equal(after.state[FIRST_WEIGHT], new.bfloat16().float().numpy())


def test_what_does_not_fit_is_not_written() -> None:
    original = tiny_checkpoint()
    shape = read_bytes(original).state[FIRST_WEIGHT].shape
    for changes in (
        {"model.99.conv.weight": np.zeros(shape, np.float32)},
        {FIRST_WEIGHT: np.zeros((1, 2), np.float32)},
        {FIRST_WEIGHT: np.full(shape, 1e6, np.float32)},  # more than half precision holds
    ):
        with pytest.raises(ValueError, match=r"tensor|not|large"):
            rewrite(original, changes)
