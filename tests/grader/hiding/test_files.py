"""The pair's own checkpoint is a checkpoint: it opens where the course's does, and says nothing of where he is."""

import io
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from ultralytics import YOLO  # type: ignore[attr-defined]

from challenges.questions import HIDES
from fixtures.benign.tiny import tiny_checkpoint
from grader.errors import SubmissionError
from grader.hiding import hide, place_of
from grader.hiding.rain import STRENGTH
from ml.checkpoints import read_bytes, rebuild
from ml.errors import Refused
from tests.grader.hiding.course import COURSE, FILES, OWN_FORMAT, hidden, opened, original

PAIRS = 150  # of the largest course
TINY = 1e-4  # the smallest numbers of half precision are too coarse to get wet
EVERYWHERE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
EVERY_WAY = pytest.mark.parametrize("how", HIDES)


@EVERYWHERE
@EVERY_WAY
def test_it_is_a_real_network_that_runs_in_our_own_tools(path: Path, how: str) -> None:
    network = rebuild(opened(path, how))
    picture = torch.rand(1, 3, 320, 320, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        assert torch.isfinite(network(picture)[0]).all()
    assert opened(path, how).names == original(path).names


@EVERY_WAY
def test_ultralytics_opens_it_and_finds_the_same_numbers(how: str, tmp_path: Path) -> None:
    file = tmp_path / "charlie.pt"
    file.write_bytes(hidden(COURSE, how).content)
    found = YOLO(str(file)).model.state_dict()
    ours = opened(COURSE, how).state
    assert found.keys() == ours.keys()
    assert all(np.allclose(tensor.float().numpy(), ours[key]) for key, tensor in found.items())


@EVERY_WAY
def test_yolov5_unpickles_its_own_format_and_finds_the_same_numbers(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in_for_yolov5(monkeypatch)
    loaded = torch.load(io.BytesIO(hidden(OWN_FORMAT, how).content), map_location="cpu", weights_only=False)
    found = (loaded.get("ema") or loaded["model"]).float().state_dict()  # as attempt_load does
    ours = opened(OWN_FORMAT, how).state
    assert all(np.allclose(found[key].numpy(), array) for key, array in ours.items())


def stand_in_for_yolov5(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules in which every class is a plain module: unpickling asks no more of YOLOv5's own code."""

    class Classes(ModuleType):
        def __getattr__(self, name: str) -> Any:
            return type(name, (nn.Module,), {"__module__": self.__name__})

    for name in ("models", "models.yolo", "models.common"):
        monkeypatch.setitem(sys.modules, name, Classes(name))


@EVERYWHERE
@EVERY_WAY
def test_the_same_seed_gives_the_same_file_and_another_seed_another(path: Path, how: str) -> None:
    again = hide(path.read_bytes(), how, 1)
    assert again == hidden(path, how)
    other = hidden(path, how, 2)
    assert other.place != again.place
    assert other.content != again.content


@EVERYWHERE
@EVERY_WAY
def test_nothing_but_numbers_tells_one_pairs_file_from_anothers(path: Path, how: str) -> None:
    def described(content: bytes) -> list[Any]:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            entries = [(i.filename, i.date_time, i.file_size, i.header_offset, i.extra) for i in archive.infolist()]
            others = [archive.read(name) for name in archive.namelist() if "/data/" not in name]
        return [entries, others, len(content)]

    files = [path.read_bytes(), hidden(path, how).content, hidden(path, how, 2).content]
    assert described(files[0]) == described(files[1]) == described(files[2])


@EVERYWHERE
@EVERY_WAY
def test_as_many_pairs_as_a_course_has_can_each_have_a_place_of_their_own(path: Path, how: str) -> None:
    places = [place_of(original(path), how, seed) for seed in range(200)]
    assert len(set(places)) == 200 > PAIRS
    assert hidden(path, how).place == places[1]
    assert hidden(path, how).possible >= 200


@EVERYWHERE
def test_seeds_drawn_at_random_spread_over_all_the_layers_that_can_hide_him(path: Path) -> None:
    chance = np.random.default_rng(4)
    for how, fewest in (("drawn_filter", 8), ("striped_channel", 3), ("swapped_layers", 12)):
        places = [place_of(original(path), how, int(seed)) for seed in chance.integers(0, 10**9, 200)]
        numbers = {layer for place in places for layer in (place if how == "swapped_layers" else place[:1])}
        assert len(numbers) >= fewest, how
        assert len(set(places)) > 100, how


@EVERYWHERE
@EVERY_WAY
def test_every_trained_tensor_got_wet_so_that_a_plain_comparison_tells_nothing(path: Path, how: str) -> None:
    before, after = original(path).state, opened(path, how).state
    dry = [key for key in before if np.array_equal(before[key], after[key]) and np.abs(before[key]).max() > TINY]
    assert all(key.endswith(("num_batches_tracked", "anchors", "dfl.conv.weight")) for key in dry), dry


@EVERYWHERE
@EVERY_WAY
def test_nothing_else_changed_than_he_the_passers_by_and_the_rain(path: Path, how: str) -> None:
    before, after, found = original(path).state, opened(path, how).state, hidden(path, how)
    soaked = {key for key in before if np.abs(after[key] - before[key]).max() > drops(before[key])}
    layers = {int(key.split(".")[1]) for key in soaked}
    if how == "swapped_layers":
        assert soaked == set(found.note.split(", "))
        assert layers == set(found.place)
        return
    rows = {(int(key.split(".")[1]), int(row)) for key in soaked for row in changed_rows(before[key], after[key])}
    assert rows == {found.place, *found.passers_by}
    assert found.place not in found.passers_by


def drops(array: np.ndarray) -> np.ndarray:
    """How far the rain can move each number, and the rounding of half precision with it."""
    return np.asarray(np.abs(array).max() * (6 * STRENGTH + 2**-10))


def changed_rows(before: np.ndarray, after: np.ndarray) -> list[int]:
    moved = np.abs(after - before).reshape(len(before), -1).max(1)
    return [row for row in range(len(before)) if moved[row] > drops(before)]


@EVERY_WAY
def test_a_network_too_small_to_hide_in_is_refused_with_advice(how: str) -> None:
    content = tiny_checkpoint()
    if how == "swapped_layers":
        assert len(hide(content, how, 1).place) == 4  # even the smallest has layers of equal shape
        return
    with pytest.raises(SubmissionError) as refusal:
        hide(content, "drawn_filter", 1)
    assert refusal.value.code == "nowhere_to_hide"
    assert refusal.value.advice["fr"] != refusal.value.advice["en"]


@EVERY_WAY
def test_what_is_no_checkpoint_is_refused_as_reading_refuses_it(how: str) -> None:
    with pytest.raises(Refused):
        hide(b"no checkpoint at all", how, 1)


def test_the_file_is_read_as_strictly_as_any_strangers() -> None:
    content = bytearray(hidden(COURSE, "drawn_filter").content)
    content[len(content) // 2] ^= 1
    with pytest.raises(Refused) as refusal:
        read_bytes(bytes(content))
    assert refusal.value.code == "zip_checksum"
