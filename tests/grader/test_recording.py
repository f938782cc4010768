"""The record of an evaluation: what changes a figure changes it, what does not leaves it alone."""

import os
from pathlib import Path

import pytest

import grader
from grader import recording
from grader.dataset_version import CACHE, dataset_version
from grader.errors import GraderError
from grader.records import read_record
from ml.clusters import clusters_of
from ml.datasets import read_dataset
from tests.grader.small_task import Task


@pytest.fixture
def small(tmp_path: Path) -> Task:
    """Files that nobody runs: three pictures, their labels, weights."""
    for number in range(3):
        for folder, ending, text in (("images", "png", "picture"), ("labels", "txt", "0 0.5 0.5 0.1 0.1")):
            path = tmp_path / folder / f"{number}.{ending}"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text if folder == "labels" else f"{text} {number}")
    (tmp_path / "data.yaml").write_text("path: .\ntest: images\nnames: [charlie, mug]\n")
    (tmp_path / "best.pt").write_text("weights")
    return Task(tmp_path / "data.yaml", tmp_path / "best.pt")


def version(task: Task) -> str:
    dataset = read_dataset(task.data)
    split = dataset.split("test")
    return dataset_version(dataset, split, clusters_of(dataset, split), cache=task.data.parent / CACHE)


def test_the_same_job_has_the_same_fingerprint(small: Task) -> None:
    assert grader.fingerprint(small.job()) == grader.fingerprint(small.job())


@pytest.mark.parametrize(
    "changed",
    [
        {"convention": "coco"},
        {"configuration": "yolov5s"},
        {"image_size": 128},
        {"settings": {"iou": 0.5}},
        {"settings": {"letterbox": "rectangular"}},
        {"public_percent": 50},
        {"parts_seed": "5eed"},
        {"classes": ["mug", "charlie"]},
    ],
)
def test_whatever_decides_a_figure_changes_the_fingerprint(small: Task, changed: dict[str, object]) -> None:
    assert grader.fingerprint(small.job(**changed)) != grader.fingerprint(small.job())


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "job-2"},
        {"limits": {"threads": 2}},
        {"device": "cuda"},
        {"pretrained": ["n.pt"]},
        {"gallery_split": "val"},
    ],
)
def test_who_runs_it_where_and_beside_what_does_not(small: Task, changed: dict[str, object]) -> None:
    assert grader.fingerprint(small.job(**changed)) == grader.fingerprint(small.job())


@pytest.mark.parametrize("name", ["best.pt", "images/1.png", "labels/2.txt"])
def test_another_file_another_picture_or_another_label_changes_it(small: Task, name: str) -> None:
    before = grader.fingerprint(small.job())
    (small.data.parent / name).write_text("0 0.4 0.4 0.2 0.2")
    assert grader.fingerprint(small.job()) != before


def test_a_picture_that_comes_goes_or_changes_its_name_is_another_data_set(small: Task) -> None:
    versions = {version(small)}
    folder = small.data.parent / "images"
    (folder / "1.png").rename(folder / "3.png")
    versions.add(version(small))
    (folder / "3.png").unlink()
    versions.add(version(small))
    (small.data.parent / "labels" / "2.txt").unlink()
    versions.add(version(small))
    small.data.with_name("clusters.csv").write_text("image,cluster\nimages/0.png,one\n")
    versions.add(version(small))
    small.data.write_text("path: .\ntest: images\nnames: [mug, charlie]\n")
    versions.add(version(small))
    assert len(versions) == 6


def test_the_second_time_no_file_is_read(small: Task) -> None:
    before = version(small)
    picture = small.data.parent / "images" / "0.png"
    status = picture.stat()
    picture.write_text("PICTURE 0")  # other bytes behind the same size and date: only reading would tell
    os.utime(picture, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert version(small) == before
    (small.data.parent / CACHE).unlink()
    assert version(small) != before


@pytest.mark.parametrize("text", ["", "[]", '{"images/0.png": [1]}', '{"images/0.png": [9, 0, "x"]', "\x00"])
def test_a_cache_that_is_not_ours_costs_time_and_nothing_else(small: Task, text: str) -> None:
    before = version(small)
    (small.data.parent / CACHE).write_text(text)
    assert version(small) == before


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(small: Task) -> None:
    before = version(small)
    dataset = read_dataset(small.data)
    split = dataset.split("test")
    found = dataset_version(dataset, split, clusters_of(dataset, split), cache=small.data.parent / "nowhere" / "cache")
    assert found == before


def test_the_cache_leaves_no_half_written_file(small: Task) -> None:
    version(small)
    assert [path.name for path in small.data.parent.iterdir() if path.name.startswith(CACHE)] == [CACHE]


def test_a_record_is_one_of_the_contract_and_keeps_the_seed_secret(small: Task) -> None:
    digest = "sha256:" + "0" * 64
    job = small.job(parts_seed="5eed-of-the-parts", public_percent=50)
    record = recording.record(job, weights=digest, dataset=digest, engine="torch 2", device="cpu")
    assert read_record(record) == record
    assert "5eed" not in str(record)


def test_files_that_are_not_there_are_our_failure(small: Task) -> None:
    small.weights.unlink()
    with pytest.raises(GraderError, match="cannot be opened"):
        grader.fingerprint(small.job())
