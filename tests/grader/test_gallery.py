"""The gallery: errors on pictures that the pair may see, the worst first, and never more than a page can show."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from grader.galleries import MOST_BOXES, MOST_PICTURES, read_gallery
from grader.showing import gallery, sample_of
from ml.clusters import relative_name
from ml.datasets import Dataset, Sample, Split, read_dataset
from ml.detection.geometry import Geometry
from ml.detection.mistakes import find_mistakes
from tests.ml.detection.worlds import World, make, split_boxes

NAMES = ["charlie", "mug", "key"]


def test_it_is_a_gallery_of_the_contract_with_every_picture_and_the_worst_first() -> None:
    boxes = make(World(images=9), 0)
    geometry = Geometry((480, 640), (240, 320), (320, 320))
    images = [f"images/val/{row}.jpg" for row in range(9)]
    found = gallery(boxes, "val", images, [geometry] * 9, NAMES)
    assert read_gallery(json.loads(json.dumps(found))) == found
    wrong = [
        sum(one["verdict"] != "right" for one in picture["found"]) + sum(not one["found"] for one in picture["truths"])
        for picture in found["images"]
    ]
    assert wrong == sorted(wrong, reverse=True)
    assert sorted(picture["image"] for picture in found["images"]) == images
    assert sum(len(picture["truths"]) for picture in found["images"]) == len(boxes.label_class)
    verdicts = [one["verdict"] for picture in found["images"] for one in picture["found"]]
    assert verdicts.count("duplicate") == find_mistakes(boxes).counts()["duplicates"]


def test_a_box_says_which_object_it_is_about_and_stays_inside_the_picture() -> None:
    boxes = split_boxes([(5, 5, 90, 90)], [0.9], [0], [0], [(300, 300, 310, 310), (-1, 5, 90, 101)], [0, 0], [0, 0], 1)
    (picture,) = gallery(boxes, "val", ["a.jpg"], [Geometry((100, 400), (100, 400), (100, 400))], NAMES)["images"]
    (one,) = picture["found"]
    assert (one["verdict"], one["truth"]) == ("right", 1)
    assert picture["truths"][1] == {"class": "charlie", "box": [0, 5, 90, 100], "size": "medium", "found": True}
    assert picture["truths"][0]["size"] == "small"
    assert (picture["width"], picture["height"]) == (400, 100)


def test_a_heap_of_boxes_is_cut_and_points_at_nothing_that_was_cut() -> None:
    count = MOST_BOXES + 20
    heap = np.array([(10.0 * row, 0, 10.0 * row + 8, 8) for row in range(count)])
    boxes = split_boxes(heap, [0.9] * count, [0] * count, [0] * count, heap, [0] * count, [0] * count, 1)
    boxes = replace(boxes, xyxy=boxes.xyxy[::-1].copy())  # those that stay are about objects that go
    found = gallery(boxes, "val", ["a.jpg"], [Geometry((10, 2000), (10, 2000), (10, 2000))], NAMES)
    assert read_gallery(found) == found
    assert len(found["images"][0]["found"]) == len(found["images"][0]["truths"]) == MOST_BOXES
    assert None in [one["truth"] for one in found["images"][0]["found"]]


def test_a_picture_outside_the_data_set_is_not_shown(tmp_path: Path) -> None:
    """Nor does it make an evaluation fail, which has no part in it."""
    folder = tmp_path / "set"
    (folder / "images").mkdir(parents=True)
    for image in (tmp_path / "elsewhere.jpg", folder / "images" / "here.jpg"):
        image.touch()
    (folder / "images" / "linked.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    (folder / "val.txt").write_text("../elsewhere.jpg\nimages/here.jpg\nimages/linked.jpg\n")
    (folder / "data.yaml").write_text("val: val.txt\nnames: [charlie]\n")
    dataset = read_dataset(folder / "data.yaml")
    split = dataset.split("val")
    assert len(split.samples) == 3
    shown = [relative_name(dataset, sample.image) for sample in sample_of(dataset, split).samples]
    assert shown == ["images/here.jpg", "images/linked.jpg"]


def test_a_large_split_is_sampled_the_same_way_for_everybody(tmp_path: Path) -> None:
    samples = tuple(Sample(tmp_path / f"{row:04}.jpg", None) for row in range(500))
    split = Split("val", samples, 0)
    dataset = Dataset(tmp_path, ("charlie",), {})
    chosen = sample_of(dataset, split)
    assert chosen == sample_of(dataset, split)
    assert len(chosen.samples) == MOST_PICTURES
    assert list(chosen.samples) == sorted(chosen.samples, key=lambda one: one.image)
    assert chosen.samples != samples[:MOST_PICTURES]
    small = Split("val", samples[:50], 0)
    assert sample_of(dataset, small) is small
