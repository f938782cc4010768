"""``prediction_count``: how many boxes a detector proposes before non-maximum suppression."""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.growth import elsewhere
from grader.keys.subject import Subject
from ml.trace import Trace
from ml.zoo import tiny_yolo
from ml.zoo.yolov5 import Yolov5

ANCHORS: Final = 3  # for each cell, in the networks that have any
COCO_CLASSES: Final = 80


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The boxes of one image, over all scales, cells and anchors."""
    height, width = question["image_size"]
    traced = subject.traced((height, width))
    boxes = _boxes(subject, traced)
    made = Draft(truth=boxes)
    _add_grids(made, boxes, cells_of(subject, traced))
    classes = subject.own_classes
    if classes is not None:
        made.add_if_it_matters("per_class_count", [(boxes * classes, "one box per class")])
        for others in {COCO_CLASSES, classes + 1}:
            made.add("per_class_count", boxes * others, f"one box for each of {others} classes", is_rare=True)
        made.add("values_for_boxes", boxes * _numbers(subject, classes), "the numbers of all boxes")
    if subject.model == "tiny-yolo-v1":
        made.add("values_for_boxes", tiny_yolo.CELLS**2 * (tiny_yolo.BOXES * 5 + (classes or 0)), "all outputs")
    for other in elsewhere(subject, (height, width), lambda traced: _boxes(subject, traced)):
        if other.value != boxes:
            made.add("other_image_size", other.value, other.detail, is_rare=other.is_rare)
    made.add_unit_factors()
    return made


def cells_of(subject: Subject, traced: Trace) -> list[int]:
    """The cells of each of the detector's grids, the finest first."""
    if subject.model == "tiny-yolo-v1":
        return [tiny_yolo.CELLS**2]
    last = traced.layers[-1]
    maps = [traced.layers[source].output_shapes[0] for source in last.inputs]  # (1, C, ny, nx) each
    return [ny * nx for _, _, ny, nx in maps]


def _numbers(subject: Subject, classes: int) -> int:
    """How many numbers describe one box: its place, its classes, and in networks with anchors its confidence."""
    return classes + (5 if isinstance(subject.network, Yolov5) or subject.model == "tiny-yolo-v1" else 4)


def _boxes(subject: Subject, traced: Trace) -> int:
    if subject.model == "tiny-yolo-v1":
        return tiny_yolo.CELLS**2 * tiny_yolo.BOXES
    shapes = traced.layers[-1].output_shapes
    if len(shapes) < 2:
        raise SubmissionError(
            "not_a_detector",
            {
                "en": f"{Path(traced.model).name} predicts no boxes",
                "fr": f"{Path(traced.model).name} ne prédit pas de boîtes",
            },
            {"en": "Ask about a detector, such as yolov5s.", "fr": "Choisissez un détecteur, yolov5s par exemple."},
        )
    # (1, N, 5 + classes) in YOLOv5, (1, 4 + classes, N) in ultralytics' later heads.
    return shapes[0][1] if isinstance(subject.network, Yolov5) else shapes[0][2]


def _add_grids(made: Draft, boxes: int, cells: list[int]) -> None:
    """One scale alone or two of them, the cells without their anchors, or with too many."""
    every = sum(cells)
    anchors = boxes // every
    made.add_if_it_matters("anchors_forgotten", [(every, "one box per cell")])
    made.add("anchors_miscounted", every * ANCHORS * len(cells), "every scale's anchors in each cell", is_rare=True)
    made.add("anchors_miscounted", boxes * ANCHORS, "as many boxes for each anchor")
    if len(cells) == 1:
        return
    for count in cells:
        made.add("one_scale_only", count * anchors, f"{count} cells")
        made.add("one_scale_only", count, f"{count} cells, no anchors", is_rare=True)
    for pair in combinations(cells, len(cells) - 1):
        made.add("one_scale_only", sum(pair) * anchors, "a scale is missing", is_rare=True)
