"""The demo's checkpoints: readable, small, of the task's classes, and silent about who trained them and where."""

import re
import zipfile
from pathlib import Path

import pytest

from fixtures.charlie.scene import CLASSES
from fixtures.training.recipe import WEIGHTS
from ml.checkpoints import read

FILES = {
    "charlie_yolov8n.pt": "ultralytics",
    "charlie_yolo11n.pt": "ultralytics",
    "course_yolov5nu.pt": "ultralytics",
    "charlie_yolov5n.pt": "yolov5",
}
TELLTALES = (
    rb"/home/",
    rb"/root/",
    rb"/work/",
    rb"/tmp/",
    rb"[A-Z]:\\\\",
    rb"\d{4}-\d\d-\d\d",
    rb"github\.com/",
    rb"var/training",
)


def test_the_weights_folder_holds_these_files_and_no_other() -> None:
    assert {path.name for path in WEIGHTS.iterdir()} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_demo_checkpoint_is_read_as_data(name: str) -> None:
    checkpoint = read(WEIGHTS / name)
    assert checkpoint.family == FILES[name]
    assert checkpoint.names == CLASSES
    assert checkpoint.image_size == 320
    assert all(values.dtype.kind != "f" or values.dtype.itemsize <= 4 for values in checkpoint.state.values())


@pytest.mark.parametrize("name", FILES)
def test_a_demo_checkpoint_is_small(name: str) -> None:
    assert (WEIGHTS / name).stat().st_size < 8_000_000


@pytest.mark.parametrize("name", FILES)
def test_a_demo_checkpoint_tells_no_path_no_date_and_no_commit(name: str) -> None:
    found = [telltale for telltale in TELLTALES if re.search(telltale, _pickle(WEIGHTS / name))]
    assert found == []


def test_the_telltales_are_found_where_they_are() -> None:
    told = rb"X\x10/home/x/data.yaml 2026-11-20T09 C:\\Users"
    assert sum(bool(re.search(telltale, told)) for telltale in TELLTALES) == 3


def _pickle(path: Path) -> bytes:
    """Everything in the archive but the numbers."""
    with zipfile.ZipFile(path) as archive:
        entries = [name for name in archive.namelist() if "/data/" not in name]
        return b"\n".join([name.encode() for name in entries] + [archive.read(name) for name in entries])
