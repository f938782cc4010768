"""The three conventions, each against the program that it is named after, on the same boxes."""

import types
from typing import Any

import numpy as np
import pytest
import torch
from ultralytics.engine.validator import BaseValidator
from ultralytics.utils.metrics import ap_per_class, box_iou

from ml.detection.boxes import SplitBoxes
from ml.detection.conventions import CONVENTIONS, Judge
from ml.detection.metrics import measure_boxes
from ml.detection.sizes import SIZES, measure_sizes
from tests.ml.detection.worlds import World, coco_evaluation, make, split_boxes

IDENTICAL = 1e-4

WORLDS = {
    "scattered": World(),
    "crowded": World(crowded=True, labels=14, detections=30, images=8),
    "ties": World(ties=True, crowded=True),
    "whole pixels": World(ties=True, whole=True, crowded=True, labels=10),
    "one class, more than a hundred boxes": World(classes=1, images=3, labels=30, detections=220, crowded=True),
    "few boxes, many classes": World(classes=30, labels=3, detections=2),
    "nothing found": World(detections=0),
    "nothing to find": World(labels=0),
}
EVERY_WORLD = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
EVERY_SEED = pytest.mark.parametrize("seed", range(3))


@EVERY_WORLD
@EVERY_SEED
def test_coco_is_pycocotools(world: World, seed: int) -> None:
    boxes = make(world, seed)
    evaluation = coco_evaluation(boxes)
    metrics = measure_boxes(boxes, [str(index) for index in range(world.classes)], "coco")
    expected = evaluation.stats.clip(0)  # −1 where there is nothing to average
    assert metrics.map50_95 == pytest.approx(expected[0], abs=1e-9)
    assert metrics.map50 == pytest.approx(expected[1], abs=1e-9)
    by_class = evaluation.eval["precision"][:, :, :, 0, 2].mean(axis=1)  # (T, K)
    ids = evaluation.params.catIds
    for name, row in metrics.per_class.items():
        column = by_class[:, ids.index(int(name))]
        assert (row.ap50, row.ap50_95) == pytest.approx((column[0], column.mean()), abs=1e-9)


@EVERY_WORLD
@EVERY_SEED
def test_sizes_are_those_of_pycocotools(world: World, seed: int) -> None:
    boxes = make(world, seed)
    expected = coco_evaluation(boxes)
    found = measure_sizes(Judge(boxes), 0.0)
    for place, size in enumerate(SIZES):
        ours = found[size]
        precision = expected.eval["precision"][:, :, :, 1 + place, 2]  # (T, R, K)
        present = precision[0, 0] > -1
        assert (ours.map50_95 is None) == (not present.any())
        if present.any():
            assert ours.map50_95 == pytest.approx(precision[:, :, present].mean(), abs=1e-9)
            assert ours.map50 == pytest.approx(precision[0][:, present].mean(), abs=1e-9)
            assert ours.recall is not None
            assert 0 <= ours.recall <= 1


def ultralytics_tp(boxes: SplitBoxes) -> np.ndarray:
    """Its own ``match_predictions``, picture by picture."""
    validator: Any = types.SimpleNamespace(iouv=torch.linspace(0.5, 0.95, 10))
    found = np.zeros((len(boxes), 10), bool)
    for image in range(boxes.images):
        rows, labels = np.flatnonzero(boxes.image == image), np.flatnonzero(boxes.label_image == image)
        if len(rows) and len(labels):
            iou = box_iou(torch.tensor(boxes.label_drawn[labels]).float(), torch.tensor(boxes.xyxy[rows]))
            classes = torch.tensor(boxes.class_index[rows]), torch.tensor(boxes.label_class[labels])
            found[rows] = BaseValidator.match_predictions(validator, *classes, iou).numpy()
    return found


@pytest.mark.parametrize("name", [name for name in WORLDS if name not in ("ties", "whole pixels")])
@EVERY_SEED
def test_ultralytics_is_ultralytics(name: str, seed: int) -> None:
    boxes = make(WORLDS[name], seed)
    metrics = measure_boxes(boxes, [str(index) for index in range(WORLDS[name].classes)], "ultralytics")
    tp = ultralytics_tp(boxes)
    ap: Any
    _, _, p, r, f1, ap, classes, *_ = ap_per_class(
        tp, boxes.confidence.astype(np.float64), boxes.class_index, boxes.label_class
    )
    assert (metrics.map50, metrics.map50_95) == pytest.approx(
        (ap[:, 0].mean(), ap.mean()) if len(ap) else (0, 0), abs=IDENTICAL
    )
    assert (metrics.precision, metrics.recall, metrics.f1) == pytest.approx(
        (p.mean(), r.mean(), f1.mean()) if len(ap) else (0, 0, 0), abs=IDENTICAL
    )
    assert [int(name) for name in metrics.per_class] == classes.tolist()
    for row, (precision, recall, of_class) in zip(metrics.per_class.values(), zip(p, r, ap, strict=True), strict=True):
        assert (row.ap50, row.ap50_95) == pytest.approx((of_class[0], of_class.mean()), abs=IDENTICAL)
        assert (row.precision, row.recall) == pytest.approx((precision, recall), abs=IDENTICAL)


@pytest.mark.parametrize("name", ["ties", "whole pixels"])
@EVERY_SEED
def test_among_equals_the_same_detections_are_right_as_in_ultralytics(name: str, seed: int) -> None:
    """Its sort leaves equal confidences in any order, so areas may differ; who is right may not."""
    boxes = make(WORLDS[name], seed)
    tp = ultralytics_tp(boxes)
    for column, rows in enumerate(Judge(boxes)("ultralytics").right):
        assert sorted(rows.tolist()) == np.flatnonzero(tp[:, column]).tolist()


def yolov5_tp(boxes: SplitBoxes) -> np.ndarray:
    """A slow reading of v6.2's ``process_batch``: each label goes to the surest of those who overlap it most."""
    found = np.zeros((len(boxes), 10), bool)
    for column, threshold in enumerate(torch.linspace(0.5, 0.95, 10).tolist()):
        taken: set[int] = set()
        for row in range(len(boxes)):
            rivals = np.flatnonzero(
                (boxes.label_image == boxes.image[row]) & (boxes.label_class == boxes.class_index[row])
            )
            if not len(rivals):
                continue
            iou = box_iou(
                torch.tensor(boxes.label_xyxy[rivals]), torch.tensor(boxes.xyxy[row : row + 1]), eps=0
            ).numpy()
            best = max(range(len(rivals)), key=lambda place: (iou[place, 0], place))
            if iou[best, 0] >= threshold and rivals[best] not in taken:
                taken.add(rivals[best])
                found[row, column] = True
    return found


@pytest.mark.parametrize("name", ["scattered", "crowded", "ties", "nothing found", "nothing to find"])
def test_yolov5_is_a_slow_reading_of_its_rule(name: str) -> None:
    boxes = make(WORLDS[name], 1)
    tp = yolov5_tp(boxes)
    for column, rows in enumerate(Judge(boxes)("yolov5").right):
        assert sorted(rows.tolist()) == np.flatnonzero(tp[:, column]).tolist()


def test_only_ultralytics_and_coco_let_a_detection_take_its_second_best() -> None:
    labels = [(0, 0, 10, 10), (0, 0, 10, 8)]
    boxes = split_boxes([(0, 0, 10, 10), (0, 0, 10, 9.9)], [0.9, 0.8], [0, 0], [0, 0], labels, [0, 0], [0, 0], 1)
    judge = Judge(boxes)
    assert {name: judge(name).right[0].tolist() for name in CONVENTIONS} == {
        "yolov5": [0],
        "ultralytics": [0, 1],
        "coco": [0, 1],
    }


def test_a_perfect_class_scores_995_thousandths_or_one() -> None:
    boxes = split_boxes([(0, 0, 10, 10)], [0.9], [0], [0], [(0, 0, 10, 10)], [0], [0], 1)
    scores = {name: measure_boxes(boxes, ["key"], name).map50_95 for name in CONVENTIONS}
    assert scores == pytest.approx({"yolov5": 0.995, "ultralytics": 0.995, "coco": 1.0})


def test_only_yolov5_draws_a_line_to_recall_one() -> None:
    boxes = split_boxes([(0, 0, 10, 10)], [0.9], [0], [0], [(0, 0, 10, 10), (50, 50, 60, 60)], [0, 0], [0, 0], 1)
    scores = {name: measure_boxes(boxes, ["key"], name).map50 for name in CONVENTIONS}
    assert scores == pytest.approx({"yolov5": 0.75, "ultralytics": 0.495, "coco": 51 / 101})


def test_an_unknown_convention_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        measure_boxes(make(World(), 0), ["a", "b", "c"], "voc")
