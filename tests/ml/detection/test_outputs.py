"""What networks of each family say, and what is not such an answer."""

import numpy as np
import pytest

from ml.detection.outputs import read_output
from ml.errors import Refused


def test_yolov5_scores_are_objectness_times_class() -> None:
    output = np.array([[[10.0, 20, 4, 8, 0.5, 0.2, 0.8]]])
    (raw,) = read_output((output, ["heads"]), "yolov5", 2)
    assert raw.boxes_xyxy.tolist() == [[8, 16, 12, 24]]
    np.testing.assert_allclose(raw.scores, [[0.1, 0.4]])


def test_ultralytics_rows_are_columns_without_objectness() -> None:
    output = np.array([[[10.0], [20], [4], [8], [0.2], [0.8]]])
    (raw,) = read_output(output, "ultralytics", 2)
    assert raw.boxes_xyxy.tolist() == [[8, 16, 12, 24]]
    np.testing.assert_allclose(raw.scores, [[0.2, 0.8]])


def test_end_to_end_rows_are_corners_a_score_and_a_class() -> None:
    output = np.array([[[8.0, 16, 12, 24, 0.7, 1], [0, 0, 1, 1, 0.3, 0]]])
    (raw,) = read_output([output, {}], "ultralytics", 3)
    assert raw.end_to_end
    assert raw.boxes_xyxy[0].tolist() == [8, 16, 12, 24]
    np.testing.assert_allclose(raw.scores, [[0, 0.7, 0], [0.3, 0, 0]])


@pytest.mark.parametrize(
    ("output", "family", "classes"),
    [
        (np.zeros((1, 10, 7)), "yolov5", 3),  # another number of classes
        (np.zeros((1, 7, 10)), "yolov5", 2),  # the other family's layout
        (np.zeros((1, 10, 7)), "ultralytics", 3),
        (np.zeros((1, 7)), "yolov5", 2),  # a classifier
        (np.full((1, 5, 6), 9.0), "ultralytics", 9),  # a class that does not exist
        (np.full((1, 5, 6), -1.0), "ultralytics", 9),
        ([np.zeros((1, 3, 4, 4, 7))], "yolov5", 2),  # raw heads
        ({"boxes": 1}, "yolov5", 2),
        ([], "yolov5", 2),
        (None, "yolov5", 2),
    ],
)
def test_another_shape_is_refused(output: object, family: str, classes: int) -> None:
    with pytest.raises(Refused) as caught:
        read_output(output, family, classes)
    assert caught.value.code == "unexpected_output"


def test_another_family_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="unknown_family"):
        read_output(np.zeros((1, 1, 7)), "retinanet", 2)


def test_only_the_best_class_is_left_and_the_first_of_equal_ones() -> None:
    output = np.array([[[10.0, 20, 4, 8, 0.5, 0.2, 0.8], [10, 20, 4, 8, 1, 0.6, 0.6]]])
    (raw,) = read_output(output, "yolov5", 2)
    np.testing.assert_allclose(raw.best_class_only().scores, [[0, 0.4], [0.6, 0]])


def test_rows_that_only_fill_up_an_output_are_no_boxes_of_a_class() -> None:
    """Exports that suppress by themselves give 300 rows, of which the last are empty."""
    output = np.array([[[8.0, 16, 12, 24, 0.7, 1], [0, 0, 0, 0, 0, -1]]], np.float32)
    (raw,) = read_output(output, "ultralytics", 2)
    assert raw.scores[1].tolist() == [0, 0]
