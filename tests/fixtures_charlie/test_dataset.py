"""The demo dataset: the same for the same seed, its boxes where things are, its splits apart."""

import hashlib
import zipfile
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from fixtures.charlie.dataset import PUBLIC, SPLITS, build_dataset, build_public_archive, clip_of, plan, yolo_line
from fixtures.charlie.families import FAMILIES
from fixtures.charlie.scene import CLASSES, SIZE, Box
from ml.datasets import read_dataset

SMALL = {"train": 8, "val": 4, "test": 4}  # clips: every family twice, then once
FRAMES = 2


def build(folder: Path, seed: int = 7, only: tuple[str, ...] | None = None) -> Path:
    return build_dataset(folder, seed=seed, splits=SMALL, only=only, frames_per_clip=FRAMES)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("charlie")).parent


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(folder: Path, split: str) -> list[list[float]]:
    texts = [path.read_text() for path in sorted((folder / "labels" / split).glob("*.txt"))]
    return [[float(word) for word in line.split()] for text in texts for line in text.splitlines()]


def test_the_same_seed_draws_the_same_bytes(dataset: Path, tmp_path: Path) -> None:
    build(tmp_path)
    assert digests(tmp_path) == digests(dataset)


def test_another_seed_draws_other_pictures_and_labels(dataset: Path, tmp_path: Path) -> None:
    build(tmp_path, seed=8)
    ours, theirs = digests(dataset), digests(tmp_path)
    assert ours.keys() == theirs.keys()
    assert all(ours[name] != theirs[name] for name in ours if name.endswith(".jpg"))


def test_a_second_run_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    build(tmp_path)
    build(tmp_path, only=PUBLIC)
    assert not (tmp_path / "images" / "test").exists()
    assert not (tmp_path / "labels" / "test").exists()


def test_every_picture_has_labels_and_every_label_a_picture(dataset: Path) -> None:
    for split, clips in SMALL.items():
        images = {path.stem for path in (dataset / "images" / split).glob("*.jpg")}
        labels = {path.stem for path in (dataset / "labels" / split).glob("*.txt")}
        assert images == labels
        assert len(images) == clips * FRAMES


def test_every_box_lies_inside_its_picture(dataset: Path) -> None:
    for split in SMALL:
        for label, x, y, width, height in rows(dataset, split):
            assert label in range(len(CLASSES))
            assert min(width, height) > 0
            assert x - width / 2 >= -1e-6
            assert y - height / 2 >= -1e-6
            assert x + width / 2 <= 1 + 1e-6
            assert y + height / 2 <= 1 + 1e-6


def test_the_pictures_are_jpegs_of_the_stated_size(dataset: Path) -> None:
    for path in (dataset / "images" / "val").glob("*.jpg"):
        picture = cv2.imread(str(path))
        assert picture is not None
        assert picture.shape == (SIZE[1], SIZE[0], 3)


def test_no_class_is_rare(dataset: Path) -> None:
    count = Counter(int(row[0]) for split in SMALL for row in rows(dataset, split))
    pictures = sum(SMALL.values()) * FRAMES
    assert set(count) == set(range(len(CLASSES)))
    assert min(count.values()) >= pictures / 3
    assert count[0] <= pictures  # there is one Charlie


def test_no_clip_is_in_two_splits(dataset: Path) -> None:
    clips = {split: {clip_of(p.name) for p in (dataset / "images" / split).iterdir()} for split in SMALL}
    assert sum(len(found) for found in clips.values()) == len(set().union(*clips.values()))
    assert all(len(clips[split]) == count for split, count in SMALL.items())


def test_every_split_of_the_real_dataset_has_its_share_of_every_place() -> None:
    for split, count in SPLITS.items():
        places = Counter(clip.family for clip in plan(SPLITS) if clip.split == split)
        assert set(places.values()) == {count // len(FAMILIES)}


def test_the_yaml_is_read_by_our_own_reader(dataset: Path) -> None:
    read = read_dataset(dataset / "data.yaml")
    assert read.names == CLASSES
    assert {split: len(read.split(split).samples) for split in SMALL} == {s: n * FRAMES for s, n in SMALL.items()}


def test_a_box_is_written_as_center_and_size() -> None:
    assert yolo_line(Box(2, 10, 20, 30, 80), 100, 200) == "2 0.200000 0.250000 0.200000 0.300000"


def test_the_public_archive_has_nothing_of_the_hidden_split(dataset: Path, tmp_path: Path) -> None:
    path = build_public_archive(tmp_path / "out" / "charlie.zip", seed=7, splits=SMALL, frames_per_clip=FRAMES)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        data = yaml.safe_load(archive.read("charlie/data.yaml"))
        contents = {hashlib.sha256(archive.read(name)).hexdigest() for name in names}
    hidden = {d for name, d in digests(dataset).items() if "/test/" in name}
    assert set(data) == {"train", "val", "names"}
    assert not [name for name in names if "test" in name]
    assert not contents & hidden
    assert sum(name.endswith(".jpg") for name in names) == (SMALL["train"] + SMALL["val"]) * FRAMES


def test_the_public_archive_has_the_same_pictures_and_the_same_bytes_each_time(dataset: Path, tmp_path: Path) -> None:
    paths = [build_public_archive(tmp_path / name, seed=7, splits=SMALL, frames_per_clip=FRAMES) for name in ("a", "b")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[0]) as archive:
        for name in archive.namelist():
            if "/images/" in name or "/labels/" in name:
                assert archive.read(name) == (dataset / name.removeprefix("charlie/")).read_bytes()


def test_the_pictures_of_a_clip_differ(dataset: Path) -> None:
    first, second = sorted((dataset / "images" / "train").glob("clip_01_*.jpg"))
    pictures = [np.asarray(cv2.imread(str(path)), np.float64) for path in (first, second)]
    assert np.abs(pictures[0] - pictures[1]).mean() > 3
