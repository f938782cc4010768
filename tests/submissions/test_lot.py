"""Whether a file matches its pair's lot is a pure function, and says nothing that the file does not."""

from typing import Any

import pytest

from courses.draw import Lot
from submissions.lot import Found, found_in, match, matches_lot, size_of

LOT = Lot("s", 640, True, 16)
CLASSES = ("charlie", "key")


@pytest.mark.parametrize(
    ("architecture", "size"),
    [
        ("yolov5n", "n"), ("yolov5s (v5.0)", "s"), ("yolov5m6", "m"), ("yolov5l6u", "l"), ("yolov8x-p2", "x"),
        ("yolo11s", "s"), ("yolov5nu", "n"), ("yolo26x-p6", "x"), ("yolov9t", None), ("yolov5 (custom)", None),
        ("yolov3-spp", None), ("onnx", None), ("", None), ("my yolov5s", None), ("yolov5small", None),
    ],
)  # fmt: skip
def test_a_size_is_read_from_a_published_name(architecture: str, size: str | None) -> None:
    assert size_of(architecture) == size


@pytest.mark.parametrize(
    ("layers", "began", "frozen"),
    [(10, True, True), (24, None, True), (3, True, False), (0, True, False), (0, False, None), (None, None, None)],
)
def test_layers_that_differ_say_something_only_where_the_training_began_from_that_file(
    layers: int | None, began: bool | None, frozen: bool | None
) -> None:
    assert found_in({"architecture": "yolov5s"}, frozen_layers=layers, began_there=began).frozen_backbone is frozen


def test_what_was_declared_stands_beside_what_was_found() -> None:
    found = found_in({"architecture": "yolov8s", "classes": ["charlie", "key"], "image_size": 320}, frozen_layers=10)
    said = match(LOT, found, CLASSES)
    assert {name: one.matches for name, one in said.items()} == {
        "size": True, "classes": True, "image_size": False, "frozen_backbone": True,
    }  # fmt: skip
    assert (said["image_size"].declared, said["image_size"].found) == (640, 320)


def test_before_the_draw_only_the_classes_are_compared() -> None:
    assert {name: one.matches for name, one in match(None, Found(classes=("key", "charlie")), CLASSES).items()} == {
        "classes": False
    }


def test_a_file_that_says_nothing_contradicts_nothing() -> None:
    assert {one.matches for one in match(LOT, Found(), CLASSES).values()} == {None}


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (Found("s", (), 640, True), True),
        (Found("s", (), 640, None), True),
        (Found("s", (), None, True), None),
        (Found(None, (), 640, True), None),
        (Found("s", (), 640, False), False),
        (Found("n", (), None, None), False),
        (Found(), None),
    ],
)
def test_one_verdict_for_the_board(found: Found, verdict: bool | None) -> None:
    assert matches_lot(LOT, found) is verdict
    assert matches_lot(None, found) is None


@pytest.mark.parametrize("kept", [None, {}, Found("s", ("a",), 640, None).to_json()])
def test_what_was_found_survives_being_kept(kept: Any) -> None:
    assert Found.from_json(Found.from_json(kept).to_json()) == Found.from_json(kept)
