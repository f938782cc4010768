"""``prediction_count``: how many boxes a detector proposes before non-maximum suppression."""

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import Subject, traced_elsewhere
from ml.trace import Trace
from ml.zoo import tiny_yolo
from ml.zoo.yolov5 import Yolov5


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The boxes of one image, over all scales, cells and anchors."""
    height, width = question["image_size"]
    traced = subject.traced((height, width))
    boxes = _boxes(subject, traced)
    made = Draft(truth=boxes)
    _add_grids(made, subject, traced)
    classes = subject.own_classes
    if classes is not None:
        made.add_if_it_matters("per_class_count", [(boxes * classes, "one box per class")])
    elsewhere = traced_elsewhere(subject, (height, width))
    made.add_if_it_matters("other_image_size", [(_boxes(subject, other), f"{other.image_size}") for other in elsewhere])
    made.add_unit_factors()
    return made


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


def _add_grids(made: Draft, subject: Subject, traced: Trace) -> None:
    """One scale alone, or the cells of all scales without their anchors."""
    if subject.model == "tiny-yolo-v1":
        made.add("anchors_forgotten", tiny_yolo.CELLS**2, "one box per cell")
        return
    if not isinstance(subject.network, Yolov5):
        return
    heads = traced.layers[-1].output_shapes[1:]  # (1, anchors, ny, nx, 5 + classes) each
    made.add("anchors_forgotten", sum(ny * nx for _, _, ny, nx, _ in heads), "one box per cell")
    for head in heads:
        made.add("one_scale_only", prod(head[:4]), f"{head[2]} × {head[3]} cells")
