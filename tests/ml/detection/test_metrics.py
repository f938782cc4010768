"""From predictions and labels to the numbers on the board."""

import json

import numpy as np
import pytest

from grader.reports import read_report
from ml.detection.detections import Detections, no_detections
from ml.detection.geometry import Geometry
from ml.detection.metrics import measure_boxes, score
from ml.detection.report import report
from tests.ml.detection.worlds import World, make

PICTURE = Geometry(native=(100, 200), resized=(160, 320), canvas=(320, 320))
LABEL = np.array([[1, 0.5, 0.5, 0.25, 0.5]], np.float32)
NOTHING = np.zeros((0, 5), np.float32)
NAMES = ["mug", "key"]


def one_box(*xyxy: float, confidence: float = 0.9, index: int = 1) -> Detections:
    return Detections(np.array([xyxy], np.float32), np.array([confidence], np.float32), np.array([index], np.int64))


def test_a_box_on_the_canvas_finds_its_label() -> None:
    metrics = score([one_box(120, 120, 200, 200)], [LABEL], [PICTURE], NAMES)
    assert (metrics.map50, metrics.map50_95) == pytest.approx((0.995, 0.995))
    assert metrics.recall == pytest.approx(1)
    assert (metrics.images, metrics.instances) == (1, 1)
    assert set(metrics.per_class) == {"key"}


def test_json_holds_what_the_contract_says_and_only_finite_numbers() -> None:
    metrics = score([one_box(120, 120, 200, 200)], [LABEL], [PICTURE], NAMES)
    result = json.loads(json.dumps(metrics.to_json(), allow_nan=False))
    assert {"map50", "map50_95", "precision", "recall", "images", "instances", "per_class", "seconds"} <= set(result)
    assert set(result["per_class"]["key"]) == {"ap50", "ap50_95", "precision", "recall", "f1", "instances"}


def test_boxes_outside_of_the_picture_are_clipped_as_upstream() -> None:
    """A label that fills the picture is found by a box that runs over all of its border."""
    whole = np.array([[1, 0.5, 0.5, 1, 1]], np.float32)
    metrics = score([one_box(-40, 20, 400, 300)], [whole], [PICTURE], NAMES)
    assert metrics.map50_95 == pytest.approx(0.995)


@pytest.mark.parametrize(
    ("found", "labels", "instances"),
    [
        ([no_detections()], [LABEL], 1),
        ([no_detections()], [NOTHING], 0),
        ([one_box(0, 0, 9, 9)], [NOTHING], 0),
        ([one_box(120, 120, 200, 200, index=0)], [LABEL], 1),
    ],
)
def test_nothing_right_scores_nothing(found: list[Detections], labels: list[np.ndarray], instances: int) -> None:
    metrics = score(found, labels, [PICTURE], NAMES)
    assert (metrics.map50, metrics.map50_95, metrics.recall) == (0, 0, 0)
    assert metrics.instances == instances


def test_no_picture_scores_nothing() -> None:
    metrics = score([], [], [], NAMES)
    assert metrics.to_json()["map50"] == 0
    assert metrics.per_class == {}


def test_what_is_reported_is_a_report_of_the_contract() -> None:
    """With everything, with nothing found, and with nothing to find."""
    for found, labels in (([one_box(120, 120, 200, 200)], [LABEL]), ([no_detections()], [LABEL]), ([], [])):
        said = score(found, labels, [PICTURE] * len(found), NAMES).to_json()
        assert read_report(json.loads(json.dumps(said)), "report", more={})["images"] == len(found)


def test_precision_recall_and_f1_are_those_of_the_curves_at_the_best_confidence() -> None:
    boxes = make(World(), 4)
    metrics = measure_boxes(boxes, ["a", "b", "c"])
    curves = report(metrics)["curves"]
    point = round(metrics.best_confidence * 100)
    for name in ("precision", "recall", "f1"):
        assert curves[name][point] == pytest.approx(getattr(metrics, name), abs=0.02)
    assert curves["confidence"][point] == pytest.approx(metrics.best_confidence, abs=0.01)


def test_many_classes_have_no_matrix_and_no_curves_of_their_own() -> None:
    boxes = make(World(classes=120, images=40, labels=30), 0)
    said = report(measure_boxes(boxes, [str(index) for index in range(120)]))
    assert said["confusion"] is None
    assert said["curves"]["per_class"] == said["pr"]["per_class"] == {}
    assert len(said["curves"]["f1"]) == 101


def test_lists_of_different_lengths_and_foreign_classes_are_our_mistake() -> None:
    with pytest.raises(ValueError, match="1 predictions"):
        score([no_detections()], [], [PICTURE], NAMES)
    with pytest.raises(ValueError, match="class"):
        score([one_box(0, 0, 1, 1, index=2)], [LABEL], [PICTURE], NAMES)
    with pytest.raises(ValueError, match="class"):
        score([no_detections()], [np.add(LABEL, [7, 0, 0, 0, 0])], [PICTURE], NAMES)
    with pytest.raises(ValueError, match="shape"):
        score([no_detections()], [LABEL[:, :4]], [PICTURE], NAMES)


@pytest.mark.parametrize(
    ("xyxy", "confidence", "classes"),
    [
        (np.zeros((1, 3)), [0.5], [0]),
        (np.zeros(4), [0.5], [0]),
        (np.zeros((2, 4)), [0.5], [0]),
        (np.zeros((1, 4)), [0.5], [0, 0]),
        (np.full((1, 4), np.nan), [0.5], [0]),
        (np.full((1, 4), np.inf), [0.5], [0]),
        (np.zeros((1, 4)), [np.nan], [0]),
        (np.zeros((1, 4)), [1.5], [0]),
        (np.zeros((1, 4)), [-0.5], [0]),
        (np.zeros((1, 4)), [0.5], [-1]),
    ],
)
def test_detections_that_no_network_predicts_are_not_detections(
    xyxy: np.ndarray,
    confidence: list[float],
    classes: list[int],
) -> None:
    with pytest.raises(ValueError, match=r"boxes|confidences|classes"):
        Detections(xyxy.astype(np.float32), np.array(confidence, np.float32), np.array(classes, np.int64))
