"""Average precision by hand, at YOLOv5's edges, and against slow second writings of all three conventions."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from ml.detection.average_precision import COCO, ULTRALYTICS, YOLOV5, Rule, precision_at_recalls, runs_of, stairs
from ml.detection.measures import CONFIDENCE_POINTS, ClassMeasures, measure_classes, smooth
from ml.detection.ranking import by_class, rank


def measure(right: list[bool], confidence: list[float], classes: list[int], label_classes: list[int]) -> ClassMeasures:
    return measure_classes(
        np.array(right, np.bool_).reshape(-1, 1),
        np.array(confidence, np.float32),
        np.array(classes, np.int64),
        np.array(label_classes, np.int64),
    )


Area = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], float]


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
    assert measures.searched.f1.shape == (0, len(CONFIDENCE_POINTS))


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


def area_without_the_line(recall: npt.NDArray[np.float64], precision: npt.NDArray[np.float64]) -> float:
    """ultralytics' definition: the last precision falls to 0 at its own recall."""
    return area_slowly(np.append(recall, recall[-1:]), np.append(precision, np.zeros(len(recall[-1:]))))


def area_by_steps(recall: npt.NDArray[np.float64], precision: npt.NDArray[np.float64]) -> float:
    """COCO's definition: the mean of the best precision at each recall or beyond."""
    return float(np.mean([precision[recall >= point].max(initial=0) for point in np.linspace(0, 1, 101)]))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("rule", "slowly"),
    [(YOLOV5, area_slowly), (ULTRALYTICS, area_without_the_line), (COCO, area_by_steps)],
    ids=["yolov5", "ultralytics", "coco"],
)
def test_areas_equal_a_slow_second_writing(rule: Rule, slowly: Area, seed: int) -> None:
    """40 labels: every second recall is exactly one of the 101 points, or the float beside it."""
    generator = np.random.default_rng(seed)
    right = generator.random((60, 3)) < 0.4
    confidence = np.linspace(1, 0, 60, dtype=np.float32)
    nobody = np.zeros(60, np.int64)
    found = measure_classes(right, confidence, nobody, np.zeros(40, np.int64), rule)
    hits = right.cumsum(axis=0)
    recall, precision = hits / 40, hits / np.arange(1, 61)[:, None]
    expected = [slowly(recall[:, column], precision[:, column]) for column in range(3)]
    np.testing.assert_allclose(found.average_precision[0], expected, atol=1e-9)


@pytest.mark.parametrize("rule", [YOLOV5, ULTRALYTICS, COCO], ids=["yolov5", "ultralytics", "coco"])
def test_the_drawn_curve_has_the_area_that_is_said(rule: Rule) -> None:
    generator = np.random.default_rng(0)
    right = generator.random((200, 1)) < 0.5
    classes, labels = generator.integers(0, 4, 200), np.repeat(np.arange(4), 40)
    found = measure_classes(right, generator.random(200), classes, labels, rule)
    areas = found.precision_at_recalls @ rule.weights
    np.testing.assert_allclose(areas, found.average_precision[:, 0], atol=1e-12)


def test_a_detection_that_counts_twice_is_two_detections() -> None:
    classes, labels = np.zeros(4, np.int64), np.zeros(5, np.int64)
    ranking = rank(classes, np.array([0.9, 0.8, 0.7, 0.6], np.float32), labels)
    runs = runs_of(ranking, [np.array([0, 3])])
    once = stairs(ranking, runs, np.array([0, 1, 1, 3, 4]))  # the second is left out, the third counts twice
    assert once.seen.tolist() == [1, 4]
    assert once.found.tolist() == [1, 2]
    assert precision_at_recalls(once, COCO)[0, [0, 20, 21, 40, 41]].tolist() == [1, 1, 0.5, 0.5, 0]


@pytest.mark.parametrize("seed", range(5))
def test_the_quick_sort_is_the_careful_one(seed: int) -> None:
    generator = np.random.default_rng(seed)
    classes = generator.integers(0, 5, 400)
    confidence = (generator.integers(0, 11, 400) / 10).astype(np.float32)  # ties, 0 and 1
    confidence[:3] = [-0.0, 1e-40, 1.0]
    expected = np.lexsort((-confidence, classes))
    np.testing.assert_array_equal(by_class(classes, confidence), expected)
    np.testing.assert_array_equal(by_class(classes + 5_000, confidence), expected)  # more classes than its keys hold
