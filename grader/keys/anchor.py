"""``anchor``: the width and height, in pixels, of one of the boxes that a YOLOv5 head starts from."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import Subject
from ml.resolve import resolve
from ml.zoo.yolov5 import Yolov5

Box = tuple[int | float, int | float]
Levels = tuple[tuple[Box, ...], ...]


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """(width, height) of the anchor ``nth`` of a scale, both counted from 0, the finest scale first."""
    scale, nth = question["scale"], question["nth"]
    pixels, strides = _anchors(subject.model, subject.digest)
    if scale >= len(pixels) or nth >= len(pixels[scale]):
        raise _out_of_range(len(pixels), len(pixels[0]))
    width, height = truth = pixels[scale][nth]
    made = Draft(truth=truth)
    made.add_others("height_width_swapped", [((height, width), "height first")])
    cells = (_neat(width / strides[scale]), _neat(height / strides[scale]))
    made.add_others("cells_for_pixels", [(cells, f"÷ {strides[scale]}")])
    if nth:
        made.add_others("one_based_index", [(pixels[scale][nth - 1], "the one before")])
    if scale:
        made.add_others("one_based_index", [(pixels[scale - 1][nth], "the scale before")])
        if nth:
            made.add_others("one_based_index", [(pixels[scale - 1][nth - 1], "both counted from one")])
    others = [(box, f"anchor {index}") for index, box in enumerate(pixels[scale]) if index != nth - 1]
    made.add_others("other_anchor", others)
    for level, boxes in enumerate(pixels):
        if level != scale:
            made.add_others("other_scale", [(box, f"scale {level}, anchor {index}") for index, box in enumerate(boxes)])
    return made


@lru_cache(maxsize=16)
def _anchors(model: str | Path, digest: str) -> tuple[Levels, tuple[int, ...]]:
    """(width, height) in pixels by scale, and the pixels of a cell of each scale: from the head's own numbers."""
    network = resolve(str(model)).network
    if not isinstance(network, Yolov5):
        raise _no_anchors(Path(model).name)
    cells = network.head.get_buffer("anchors")  # (levels, anchors, 2) in cells
    strides = tuple(int(stride) for stride in network.head.stride.tolist())
    pixels = tuple(
        tuple((_neat(width * stride), _neat(height * stride)) for width, height in level)
        for level, stride in zip(cells.tolist(), strides, strict=True)
    )
    return pixels, strides


def _neat(value: float) -> int | float:
    """A whole number where it is one."""
    rounded = round(value, 5)
    return int(rounded) if rounded == int(rounded) else rounded


def _no_anchors(name: str) -> SubmissionError:
    return SubmissionError(
        "no_anchors",
        {"en": f"{name} has no anchors", "fr": f"{name} n'a pas d'ancres"},
        {
            "en": "Ask about a YOLOv5 of the zoo, or a checkpoint of one: later heads have none.",
            "fr": "Choisissez un YOLOv5, ou un fichier de poids qui en vient : les têtes suivantes n'en ont plus.",
        },
    )


def _out_of_range(scales: int, anchors: int) -> SubmissionError:
    return SubmissionError(
        "index_out_of_range",
        {
            "en": f"the head has {scales} scales of {anchors} anchors",
            "fr": f"la tête a {scales} échelles de {anchors} ancres",
        },
        {"en": "Both count from 0.", "fr": "Les deux se comptent à partir de 0."},
    )
