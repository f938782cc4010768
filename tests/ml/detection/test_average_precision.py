"""Average precision by hand, at its conventions' edges, and against pycocotools and a slow second writing."""

import contextlib
import io
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from ml.detection.average_precision import (
    CONFIDENCE_POINTS,
    ClassMeasures,
    average_precisions,
    measure_classes,
    precision_recall,
    smooth,
)
from ml.detection.detections import Detections
from ml.detection.geometry import Geometry
from ml.detection.matching import Matches
from ml.detection.metrics import score

Floats = npt.NDArray[np.float32]


def measure(right: list[bool], confidence: list[float], classes: list[int], label_classes: list[int]) -> ClassMeasures:
    return measure_classes(
        np.array(right, np.bool_).reshape(-1, 1),
        np.array(confidence, np.float32),
        np.array(classes, np.int64),
        np.array(label_classes, np.int64),
    )


def area_slowly(recall: npt.NDArray[np.float64], precision: npt.NDArray[np.float64]) -> float:
    """The definition in words, point by point: the best precision at this recall or beyond, straight lines between."""
    xs: list[float] = [0.0, *recall.tolist(), 1.0]
    ys: list[float] = [1.0, *precision.tolist(), 0.0]
    best = [max(ys[index:]) for index in range(len(ys))]

    def at(point: float) -> float:
        right = next((index for index, x in enumerate(xs) if x > point), len(xs) - 1)
        left = right - 1 if xs[right] > point else right
        if xs[right] == xs[left]:
            return best[right]
        return best[left] + (best[right] - best[left]) * (point - xs[left]) / (xs[right] - xs[left])

    values = [at(step / 100) for step in range(101)]
    return sum((first + second) / 200 for first, second in pairwise(values))


def test_a_perfect_class_scores_995_thousandths() -> None:
    """The straight line from recall 1 to precision 0 costs half a step of the hundred."""
    assert measure([True], [0.9], [0], [0]).average_precision[0, 0] == pytest.approx(0.995)


def test_one_of_two_found_by_hand() -> None:
    """Recall 0.5 at precision 1; from there a straight line down to (1, 0): 0.5 + 0.25."""
    assert measure([True], [0.9], [0], [0, 0]).average_precision[0, 0] == pytest.approx(0.75)


def test_a_mistake_first_halves_the_precision() -> None:
    """Precision 1/2 once the label is found, and half a step lost at the end: 0.5 − 0.0025."""
    assert measure([False, True], [0.9, 0.8], [0, 0], [0]).average_precision[0, 0] == pytest.approx(0.4975)


def test_a_mistake_after_everything_is_found_costs_nothing() -> None:
    found = measure([True, False], [0.9, 0.1], [0, 0], [0]).average_precision[0, 0]
    assert found == pytest.approx(0.995)


def test_a_class_that_nobody_labeled_leaves_the_mean() -> None:
    measures = measure([True, False], [0.9, 0.8], [0, 5], [0])
    assert measures.class_index.tolist() == [0]
    assert measures.instances.tolist() == [1]


def test_a_class_that_nobody_found_counts_as_zero() -> None:
    measures = measure([True], [0.9], [0], [0, 3])
    assert measures.class_index.tolist() == [0, 3]
    assert measures.average_precision[:, 0].tolist() == [pytest.approx(0.995), 0]


def test_nothing_found_and_nothing_labeled_is_no_class() -> None:
    measures = measure([], [], [], [])
    assert measures.average_precision.shape == (0, 1)
    assert measures.best_point == 0
    assert measures.f1_curve.shape == (0, len(CONFIDENCE_POINTS))


def test_wrong_shapes_and_numbers_that_are_none_are_named() -> None:
    with pytest.raises(ValueError, match="true_positive"):
        measure([True, False], [0.9], [0], [0])
    with pytest.raises(ValueError, match="class_index"):
        measure([True], [0.9], [0, 1], [0])
    with pytest.raises(ValueError, match="finite"):
        measure([True], [float("nan")], [0], [0])


def test_the_order_of_equally_sure_detections_is_kept() -> None:
    first = measure([True, False], [0.5, 0.5], [0, 0], [0]).average_precision[0, 0]
    second = measure([False, True], [0.5, 0.5], [0, 0], [0]).average_precision[0, 0]
    assert first > second


def test_precision_and_recall_are_read_at_the_best_f1() -> None:
    """Sure and right twice, then a tail of mistakes: the best threshold lies above the tail."""
    right = [True, True, *[False] * 8]
    measures = measure(right, [0.9, 0.8, *[0.1] * 8], [0] * 10, [0, 0])
    assert measures.precision[0] == pytest.approx(1, abs=0.03)
    assert measures.recall[0] == pytest.approx(1, abs=0.07)
    assert 0.1 < CONFIDENCE_POINTS[measures.best_point] < 0.9


def test_smoothing_keeps_a_constant_and_the_length() -> None:
    assert smooth(np.full(1000, 0.25), 0.1) == pytest.approx(np.full(1000, 0.25))


@pytest.mark.parametrize("seed", range(10))
def test_areas_equal_a_slow_second_writing(seed: int) -> None:
    generator = np.random.default_rng(seed)
    right = generator.random((50, 3)) < 0.4
    recall, precision = precision_recall(right, 40)
    expected = [area_slowly(recall[:, column], precision[:, column]) for column in range(3)]
    np.testing.assert_allclose(average_precisions(recall, precision), expected, atol=1e-9)


def scene(seed: int, images: int) -> tuple[list[Detections], list[Floats], list[Geometry]]:
    """Pictures of 200 × 100 pixels: objects of two classes, each in its cell of a grid, and detections around them.

    No detection overlaps two labels by half: where it could, COCO's rule and YOLOv5's differ.
    """
    generator = np.random.default_rng(seed)
    found, labels = [], []
    for _ in range(images):
        cells = generator.permutation(12)[: generator.integers(0, 12)]
        count = len(cells)
        size = generator.uniform(0.12, 0.2, (count, 2))
        center = np.column_stack((cells % 4 / 4 + 0.125, cells // 4 / 3 + 0.167))
        classes = generator.integers(0, 2, count)
        labels.append(np.column_stack((classes, center, size)).astype(np.float32))
        pixels = np.hstack((center - size / 2, center + size / 2)) * [200, 100, 200, 100]
        xyxy = np.repeat(pixels, 3, axis=0) + generator.normal(0, 2, (3 * count, 4))
        flipped = generator.random(3 * count) < 0.2
        found.append(
            Detections(
                xyxy.astype(np.float32).clip(0, [200, 100, 200, 100]).astype(np.float32),
                generator.random(3 * count).astype(np.float32),
                np.where(flipped, 1 - np.repeat(classes, 3), np.repeat(classes, 3)),
            )
        )
    return found, labels, [Geometry((100, 200), (100, 200), (100, 200))] * images


def by_steps(matches: Matches) -> tuple[float, float]:
    """mAP50-95 and mAP50 of our matches under COCO's convention: the best precision at each recall or beyond."""
    values = []
    order = np.argsort(-matches.confidence, kind="stable")
    for index in np.unique(matches.label_class):
        rows = order[matches.class_index[order] == index]
        right = matches.true_positives()[rows]  # (n, 10)
        found = right.cumsum(axis=0)
        recall = found / (matches.label_class == index).sum()
        precision = found / np.arange(1, len(rows) + 1)[:, None]
        for column in range(10):
            beyond = [recall[:, column] >= point for point in np.linspace(0, 1, 101)]
            values.append(np.mean([precision[at, column].max(initial=0) for at in beyond]))
    areas = np.array(values).reshape(-1, 10)
    return float(areas.mean()), float(areas[:, 0].mean())


def by_pycocotools(found: list[Detections], labels: list[Floats]) -> tuple[float, float]:
    """mAP50-95 and mAP50 by COCO's own program on the same boxes, with room for all of them."""
    truth: dict[str, Any] = {
        "images": [{"id": number} for number in range(len(labels))],
        "categories": [{"id": 0}, {"id": 1}],
        "annotations": [],
    }
    results = []
    for number, (detections, objects) in enumerate(zip(found, labels, strict=True)):
        for row in objects:
            width, height = float(row[3] * 200), float(row[4] * 100)
            box = [float(row[1] * 200) - width / 2, float(row[2] * 100) - height / 2, width, height]
            truth["annotations"].append(
                {
                    "id": len(truth["annotations"]) + 1,
                    "image_id": number,
                    "category_id": int(row[0]),
                    "bbox": box,
                    "area": width * height,
                    "iscrowd": 0,
                }
            )
        for xyxy, confidence, index in zip(detections.xyxy, detections.confidence, detections.class_index, strict=True):
            x1, y1, x2, y2 = (float(value) for value in xyxy)
            results.append(
                {
                    "image_id": number,
                    "category_id": int(index),
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "score": float(confidence),
                }
            )
    with contextlib.redirect_stdout(io.StringIO()):
        coco: Any = COCO()  # type: ignore[no-untyped-call]
        coco.dataset = truth
        coco.createIndex()
        evaluation: Any = COCOeval(coco, coco.loadRes(results), "bbox")  # type: ignore[no-untyped-call]
        evaluation.params.maxDets = [1, 10, 300]
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, 2]  # (thresholds, recalls, classes)
    return float(precision.mean()), float(precision[0].mean())


@pytest.mark.parametrize("seed", range(3))
def test_matches_are_those_of_pycocotools_and_scores_are_near(seed: int) -> None:
    """The same matches under COCO's convention give COCO's numbers; YOLOv5's convention moves them a little."""
    found, labels, geometries = scene(seed, images=60)
    metrics = score(found, labels, geometries, ["cat", "dog"])
    expected = by_pycocotools(found, labels)
    assert by_steps(metrics.matches) == pytest.approx(expected, abs=1e-4)
    assert (metrics.map50_95, metrics.map50) == pytest.approx(expected, abs=0.03)
    assert 0.2 < metrics.map50 < 0.95  # neither perfect nor hopeless: the comparison says something
