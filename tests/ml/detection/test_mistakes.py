"""What is wrong with each box, and which class was taken for which: by hand, and against upstream's own matrix."""

import numpy as np
import pytest
import torch
from ultralytics.utils.metrics import box_iou

from ml.detection.boxes import SplitBoxes
from ml.detection.confusion import confusion
from ml.detection.mistakes import VERDICTS, Mistakes, find_mistakes, sure_pairs
from tests.ml.detection.worlds import World, make, split_boxes

OBJECT = (0, 0, 100, 100)
SHIFTED = (40, 0, 140, 100)  # IoU 0.43 with the object
ELSEWHERE = (300, 300, 400, 400)


def verdicts(
    boxes: list[tuple[float, ...]], classes: list[int], *, confidence: float = 0.9
) -> tuple[list[str], Mistakes]:
    """Of boxes on one picture with one object of class 0, the first box surest."""
    sure = [confidence - place / 100 for place in range(len(boxes))]
    found = find_mistakes(split_boxes(boxes, sure, classes, [0] * len(boxes), [OBJECT], [0], [0], images=1))
    return [VERDICTS[row] for row in found.verdict], found


@pytest.mark.parametrize(
    ("boxes", "classes", "expected", "missed"),
    [
        ([OBJECT], [0], ["right"], 0),
        ([OBJECT, OBJECT], [0, 0], ["right", "duplicate"], 0),
        ([OBJECT], [1], ["confused"], 0),
        ([OBJECT, OBJECT], [1, 0], ["confused", "right"], 0),
        ([SHIFTED], [0], ["badly_placed"], 0),
        ([SHIFTED], [1], ["false_alarm"], 1),  # neither at its place nor of its class
        ([ELSEWHERE], [0], ["false_alarm"], 1),
        ([], [], [], 1),
    ],
)
def test_each_mistake_has_its_name(
    boxes: list[tuple[float, ...]], classes: list[int], expected: list[str], missed: int
) -> None:
    said, found = verdicts(boxes, classes)
    assert said == expected
    assert found.counts()["missed"] == missed
    assert found.found.tolist() == ["right" in expected]


def test_boxes_that_are_hardly_sure_are_not_looked_at() -> None:
    said, found = verdicts([OBJECT], [0], confidence=0.2)
    assert said == []
    assert found.counts() == {"missed": 1, "false_alarms": 0, "confused": 0, "badly_placed": 0, "duplicates": 0}


def test_the_verdict_says_which_object_it_is_about() -> None:
    labels = [OBJECT, ELSEWHERE]
    boxes = [ELSEWHERE, (300, 350, 400, 460), (600, 600, 640, 640)]
    found = find_mistakes(split_boxes(boxes, [0.9, 0.8, 0.7], [0, 0, 0], [0, 0, 0], labels, [0, 0], [0, 0], images=1))
    assert found.label.tolist() == [1, 1, -1]
    assert found.missed.tolist() == [True, False]


@pytest.mark.parametrize("seed", range(4))
def test_every_sure_box_has_one_verdict_and_every_found_object_one_right_box(seed: int) -> None:
    boxes = make(World(crowded=True, labels=12, detections=25), seed)
    found = find_mistakes(boxes)
    assert found.detection.tolist() == np.flatnonzero(boxes.confidence > 0.25).tolist()
    right = found.label[found.verdict == 0]
    assert sorted(right.tolist()) == np.flatnonzero(found.found).tolist()
    assert not (found.found & found.missed).any()
    about = found.label >= 0
    assert (boxes.image[found.detection[about]] == boxes.label_image[found.label[about]]).all()


def upstream_matrix(boxes: SplitBoxes, classes: int) -> np.ndarray:
    """``ConfusionMatrix.process_batch`` of v6.2, read line by line; false alarms are counted in every picture."""
    matrix = np.zeros((classes + 1, classes + 1), int)
    for image in range(boxes.images):
        rows = np.flatnonzero((boxes.image == image) & (boxes.confidence > 0.25))
        labels = np.flatnonzero(boxes.label_image == image)
        iou = box_iou(torch.tensor(boxes.label_xyxy[labels]), torch.tensor(boxes.xyxy[rows]), eps=0).numpy()
        matches = np.array([(one, other, iou[one, other]) for one, other in zip(*np.where(iou > 0.45), strict=True)])
        matches = matches.reshape(-1, 3)
        for column in (1, 0):
            matches = matches[matches[:, 2].argsort()[::-1]]
            matches = matches[np.unique(matches[:, column], return_index=True)[1]]
        of_label = {int(one): int(other) for one, other, _ in matches}
        for one, label in enumerate(labels):
            predicted = boxes.class_index[rows[of_label[one]]] if one in of_label else classes
            matrix[predicted, boxes.label_class[label]] += 1
        for other, row in enumerate(rows):
            if other not in of_label.values():
                matrix[boxes.class_index[row], classes] += 1
    return matrix


@pytest.mark.parametrize(
    "world", [World(), World(crowded=True, labels=12, detections=25), World(detections=0), World(labels=0)]
)
@pytest.mark.parametrize("seed", range(3))
def test_confusions_are_those_of_upstream(world: World, seed: int) -> None:
    boxes = make(world, seed)
    expected = upstream_matrix(boxes, world.classes)
    np.testing.assert_array_equal(confusion(boxes, world.classes), expected)
    np.testing.assert_array_equal(confusion(boxes, world.classes, sure_pairs(boxes)), expected)
