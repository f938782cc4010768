"""What networks of each family say, and what is not such an answer."""

import pytest
import torch

from ml.detection.outputs import best_class_only, read_output
from ml.errors import Refused


def test_yolov5_scores_are_objectness_times_class() -> None:
    output = torch.tensor([[[10.0, 20, 4, 8, 0.5, 0.2, 0.8]]])
    raw = read_output((output, ["heads"]), "yolov5", 2)
    assert raw.boxes_xyxy.tolist() == [[[8, 16, 12, 24]]]
    torch.testing.assert_close(raw.scores, torch.tensor([[[0.1, 0.4]]]))


def test_ultralytics_rows_are_columns_without_objectness() -> None:
    output = torch.tensor([[[10.0], [20], [4], [8], [0.2], [0.8]]])
    raw = read_output(output, "ultralytics", 2)
    assert raw.boxes_xyxy.tolist() == [[[8, 16, 12, 24]]]
    torch.testing.assert_close(raw.scores, torch.tensor([[[0.2, 0.8]]]))


def test_end_to_end_rows_are_corners_a_score_and_a_class() -> None:
    output = torch.tensor([[[8.0, 16, 12, 24, 0.7, 1], [0, 0, 1, 1, 0.3, 0]]])
    raw = read_output([output, {}], "ultralytics", 3)
    assert raw.end_to_end
    assert raw.boxes_xyxy[0, 0].tolist() == [8, 16, 12, 24]
    torch.testing.assert_close(raw.scores[0], torch.tensor([[0, 0.7, 0], [0.3, 0, 0]]))


@pytest.mark.parametrize(
    ("output", "family", "classes"),
    [
        (torch.zeros(1, 10, 7), "yolov5", 3),  # another number of classes
        (torch.zeros(1, 7, 10), "yolov5", 2),  # the other family's layout
        (torch.zeros(1, 10, 7), "ultralytics", 3),
        (torch.zeros(1, 7), "yolov5", 2),  # a classifier
        (torch.full((1, 5, 6), 9.0), "ultralytics", 9),  # a class that does not exist
        (torch.full((1, 5, 6), -1.0), "ultralytics", 9),
        ([torch.zeros(1, 3, 4, 4, 7)], "yolov5", 2),  # raw heads
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
        read_output(torch.zeros(1, 1, 7), "retinanet", 2)


def test_only_the_best_class_is_left_and_the_first_of_equal_ones() -> None:
    output = torch.tensor([[[10.0, 20, 4, 8, 0.5, 0.2, 0.8], [10, 20, 4, 8, 1, 0.6, 0.6]]])
    scores = best_class_only(read_output(output, "yolov5", 2)).scores
    torch.testing.assert_close(scores, torch.tensor([[[0, 0.4], [0.6, 0]]]))
