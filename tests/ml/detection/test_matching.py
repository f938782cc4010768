"""Which detection finds which label, by hand, at the edges, and against a slow reading of upstream's rule."""

import numpy as np
import numpy.typing as npt
import pytest
import torch

from ml.detection.matching import IOU_THRESHOLDS, MatchAccumulator, Matches, box_iou

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


def boxes(*rows: tuple[float, float, float, float]) -> Floats:
    return np.array(rows, np.float32).reshape(-1, 4)


def match(
    xyxy: Floats, confidence: list[float], classes: list[int], labels: Floats, label_classes: list[int]
) -> Matches:
    pictures = MatchAccumulator()
    pictures.add(
        xyxy,
        np.array(confidence, np.float32),
        np.array(classes, np.int64),
        labels,
        np.array(label_classes, np.int64),
    )
    return pictures.matches()


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
    assert found.true_positives()[0].tolist() == [True] * 5 + [False] * 5


def test_a_label_is_found_once_by_the_surest() -> None:
    label = boxes((0, 0, 10, 10))
    found = match(boxes((0, 0, 10, 10), (0, 0, 10, 9)), [0.5, 0.8], [0, 0], label, [0])
    np.testing.assert_allclose(found.confidence, [0.8, 0.5])
    # At 0.95 the surest no longer overlaps enough, and the other one has the label.
    assert found.true_positives()[:, 0].tolist() == [True, False]
    assert found.true_positives()[:, 9].tolist() == [False, True]


def test_a_detection_does_not_fall_back_to_its_second_best_label() -> None:
    labels = boxes((0, 0, 10, 10), (0, 0, 10, 8))
    found = match(boxes((0, 0, 10, 10), (0, 0, 10, 9.9)), [0.9, 0.8], [0, 0], labels, [0, 0])
    assert found.true_positives()[:, 0].tolist() == [True, False]


def test_another_class_is_never_right() -> None:
    found = match(boxes((0, 0, 10, 10)), [0.9], [1], boxes((0, 0, 10, 10)), [0])
    assert not found.true_positives().any()


def test_equally_sure_detections_are_taken_in_their_order() -> None:
    found = match(boxes((0, 0, 10, 9), (0, 0, 10, 10)), [0.5, 0.5], [0, 0], boxes((0, 0, 10, 10)), [0])
    assert found.true_positives()[:, 0].tolist() == [True, False]


@pytest.mark.parametrize(("detections", "labels"), [(0, 0), (0, 2), (2, 0)])
def test_a_picture_may_lack_detections_labels_or_both(detections: int, labels: int) -> None:
    found = match(
        boxes(*[(0, 0, 1, 1)] * detections),
        [0.5] * detections,
        [0] * detections,
        boxes(*[(5, 5, 6, 6)] * labels),
        [0] * labels,
    )
    assert found.true_positives().shape == (detections, 10)
    assert not found.true_positives().any()
    assert (found.images, len(found.label_class)) == (1, labels)


def test_no_picture_at_all_is_no_detection() -> None:
    assert MatchAccumulator().matches().true_positives().shape == (0, 10)


def test_labels_of_one_picture_are_not_found_in_another() -> None:
    pictures = MatchAccumulator()
    here, nobody = boxes((0, 0, 10, 10)), np.zeros(0, np.int64)
    one = np.array([0.9], np.float32), np.zeros(1, np.int64)
    pictures.add(here, *one, boxes(), nobody)
    pictures.add(here, *one, here, np.zeros(1, np.int64))
    matches = pictures.matches()
    assert matches.true_positives()[:, 0].tolist() == [False, True]
    assert matches.image.tolist() == [0, 1]
    assert matches.label_image.tolist() == [1]


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
    np.testing.assert_array_equal(found.true_positives(), expected)


@pytest.mark.parametrize(
    ("xyxy", "confidence", "classes", "labels", "label_classes"),
    [
        (np.zeros((2, 5), np.float32), [0.1, 0.2], [0, 0], boxes(), []),
        (boxes((0, 0, 1, 1)), [0.1, 0.2], [0], boxes(), []),
        (boxes((0, 0, 1, 1)), [0.1], [0, 1], boxes(), []),
        (boxes(), [], [], boxes((0, 0, 1, 1)), [0, 0]),
        (boxes(), [], [], np.zeros(4, np.float32), [0]),
        (boxes((0, 0, 1, float("nan"))), [0.1], [0], boxes(), []),
        (boxes((0, 0, 1, 1)), [float("inf")], [0], boxes(), []),
        (boxes(), [], [], boxes((0, 0, 1, float("inf"))), [0]),
    ],
)
def test_wrong_shapes_and_numbers_are_named(
    xyxy: Floats, confidence: list[float], classes: list[int], labels: Floats, label_classes: list[int]
) -> None:
    with pytest.raises(ValueError, match=r"boxes|labels|finite"):
        match(xyxy, confidence, classes, labels, label_classes)
