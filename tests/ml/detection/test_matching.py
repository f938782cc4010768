"""Which detection finds which label, by hand, at the edges, and against a slow reading of upstream's rule."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import torch

from ml.detection.boxes import SplitBoxes
from ml.detection.matching import IOU_THRESHOLDS, claims
from ml.detection.pairs import box_iou, pairs_of, same_class_pairs
from tests.ml.detection.worlds import World, make, split_boxes

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


def boxes(*rows: tuple[float, float, float, float]) -> Floats:
    return np.array(rows, np.float32).reshape(-1, 4)


def match(
    xyxy: Floats, confidence: list[float], classes: list[int], labels: Floats, label_classes: list[int]
) -> npt.NDArray[np.bool_]:
    """(n, 10) who is right in one picture under YOLOv5's rule, the surest first."""
    count, label_count = len(classes), len(label_classes)
    found = split_boxes(xyxy, confidence, classes, [0] * count, labels, label_classes, [0] * label_count, images=1)
    return right_in(found)


def right_in(found: SplitBoxes) -> npt.NDArray[np.bool_]:
    right = np.zeros((len(found), 10), np.bool_)
    for column, rows in enumerate(claims(same_class_pairs(found, 0.2))):
        right[rows, column] = True
    return right


def slowly(iou: Floats, classes: Integers, label_classes: Integers) -> npt.NDArray[np.bool_]:
    """Detections (columns) in descending confidence: each takes its best label of its class if nobody better did."""
    correct = np.zeros((len(classes), 10), np.bool_)
    for column, threshold in enumerate(torch.linspace(0.5, 0.95, 10).tolist()):
        taken: set[int] = set()
        for detection in range(len(classes)):
            rivals = [
                (iou[label, detection], label)
                for label in range(len(label_classes))
                if label_classes[label] == classes[detection]
            ]
            if rivals and max(rivals)[0] >= threshold and max(rivals)[1] not in taken:
                taken.add(max(rivals)[1])
                correct[detection, column] = True
    return correct


def test_the_thresholds_are_those_of_upstream_to_the_bit() -> None:
    np.testing.assert_array_equal(IOU_THRESHOLDS, torch.linspace(0.5, 0.95, 10).numpy())


def test_overlap_by_hand() -> None:
    first = boxes((0, 0, 2, 2), (5, 5, 6, 6), (1, 1, 1, 1))
    second = boxes((1, 0, 3, 2), (0, 0, 2, 2), (1, 1, 1, 1))
    expected = np.array([[1 / 3, 1, 0], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(box_iou(first, second), expected, rtol=1e-6)


def test_a_detection_is_right_up_to_its_overlap() -> None:
    found = match(boxes((0, 0, 100, 72)), [0.9], [0], boxes((0, 0, 100, 100)), [0])  # IoU 0.72
    assert found[0].tolist() == [True] * 5 + [False] * 5


def test_a_label_is_found_once_by_the_surest() -> None:
    label = boxes((0, 0, 10, 10))
    found = match(boxes((0, 0, 10, 10), (0, 0, 10, 9)), [0.5, 0.8], [0, 0], label, [0])
    # At 0.95 the surest no longer overlaps enough, and the other one has the label.
    assert found[:, 0].tolist() == [True, False]
    assert found[:, 9].tolist() == [False, True]


def test_a_detection_does_not_fall_back_to_its_second_best_label() -> None:
    labels = boxes((0, 0, 10, 10), (0, 0, 10, 8))
    found = match(boxes((0, 0, 10, 10), (0, 0, 10, 9.9)), [0.9, 0.8], [0, 0], labels, [0, 0])
    assert found[:, 0].tolist() == [True, False]


def test_another_class_is_never_right() -> None:
    found = match(boxes((0, 0, 10, 10)), [0.9], [1], boxes((0, 0, 10, 10)), [0])
    assert not found.any()


def test_equally_sure_detections_are_taken_in_their_order() -> None:
    found = match(boxes((0, 0, 10, 9), (0, 0, 10, 10)), [0.5, 0.5], [0, 0], boxes((0, 0, 10, 10)), [0])
    assert found[:, 0].tolist() == [True, False]


@pytest.mark.parametrize(("detections", "labels"), [(0, 0), (0, 2), (2, 0)])
def test_a_picture_may_lack_detections_labels_or_both(detections: int, labels: int) -> None:
    found = match(
        boxes(*[(0, 0, 1, 1)] * detections),
        [0.5] * detections,
        [0] * detections,
        boxes(*[(5, 5, 6, 6)] * labels),
        [0] * labels,
    )
    assert found.shape == (detections, 10)
    assert not found.any()


def test_labels_of_one_picture_are_not_found_in_another() -> None:
    here = (0, 0, 10, 10)
    found = split_boxes([here, here], [0.9, 0.9], [0, 0], [0, 1], [here], [0], [1], images=2)
    assert right_in(found)[:, 0].tolist() == [False, True]


@pytest.mark.parametrize("seed", range(3))
def test_pairs_are_all_that_overlap_and_no_other(seed: int) -> None:
    """Against every box with every label: many small pictures, and one with more pairs than are looked at together."""
    for world in (World(images=40), World(images=2, labels=300, detections=900, classes=2)):
        split = make(world, seed)
        iou = box_iou(split.xyxy, split.label_xyxy)
        together = split.image[:, None] == split.label_image[None]
        rows = np.flatnonzero(split.confidence > 0.25)
        for pairs, allowed in (
            (same_class_pairs(split, 0.2), split.class_index[:, None] == split.label_class[None]),
            (pairs_of(split, rows, 0.2), np.isin(np.arange(len(split)), rows)[:, None]),
        ):
            detection, label = np.nonzero(together & allowed & (iou >= np.float32(0.2)))
            np.testing.assert_array_equal(pairs.detection, detection)
            np.testing.assert_array_equal(pairs.label, label)
            np.testing.assert_array_equal(pairs.iou, iou[detection, label])


@pytest.mark.parametrize("seed", range(20))
def test_crowds_match_as_in_a_slow_reading_of_the_rule(seed: int) -> None:
    generator = np.random.default_rng(seed)
    count, labels = 60, 25
    corner = generator.uniform(0, 40, (labels, 2))
    truth = np.hstack((corner, corner + generator.uniform(8, 30, (labels, 2)))).astype(np.float32)
    xyxy = truth[generator.integers(0, labels, count)] + generator.normal(0, 2, (count, 4)).astype(np.float32)
    classes, label_classes = generator.integers(0, 3, count), generator.integers(0, 3, labels)
    # Steps of a tenth make many ties, which keep their order.
    confidence = (generator.integers(0, 11, count) / 10).astype(np.float32)
    found = match(xyxy, confidence.tolist(), classes.tolist(), truth, label_classes.tolist())
    order = np.argsort(-confidence, kind="stable")
    expected = slowly(box_iou(truth, xyxy[order]), classes[order], label_classes)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ("xyxy", np.zeros((2, 5), np.float32)),
        ("xyxy", np.zeros((3, 4), np.float32)),
        ("confidence", np.zeros(3, np.float32)),
        ("class_index", np.zeros(1, np.int64)),
        ("label_class", np.zeros(2, np.int64)),
        ("label_xyxy", np.zeros(4, np.float32)),
        ("xyxy", np.array([[0, 0, 1, np.nan], [0, 0, 1, 1]], np.float32)),
        ("confidence", np.array([np.inf, 0.5], np.float32)),
        ("label_xyxy", np.array([[0, 0, 1, np.inf]], np.float32)),
    ],
)
def test_wrong_shapes_and_numbers_are_named(changed: str, value: npt.NDArray[np.generic]) -> None:
    fine = split_boxes([(0, 0, 1, 1), (0, 0, 2, 2)], [0.9, 0.8], [0, 0], [0, 0], [(0, 0, 1, 1)], [0], [0], images=1)
    with pytest.raises(ValueError, match=r"boxes|labels|detections|finite"):
        replace(fine, **{changed: value})  # type: ignore[arg-type]


def test_pictures_left_out_take_their_boxes_with_them() -> None:
    split = make(World(images=6), 0)
    kept = np.array([True, False, True, True, False, False])
    some = split.only(kept)
    assert some.images == 3
    assert len(some) == np.isin(split.image, [0, 2, 3]).sum()
    np.testing.assert_array_equal(some.xyxy[some.image == 1], split.xyxy[split.image == 2])
    np.testing.assert_array_equal(some.label_class[some.label_image == 2], split.label_class[split.label_image == 3])
