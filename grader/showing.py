"""The gallery: what a network got wrong on pictures that its pair may see, box by box."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from grader.galleries import MOST_BOXES, MOST_PICTURES, is_inside
from ml.clusters import relative_name
from ml.datasets import Dataset, Split
from ml.detection.boxes import Doubles, SplitBoxes
from ml.detection.geometry import Geometry
from ml.detection.mistakes import CONFIDENCE, RIGHT, VERDICTS, Mistakes, find_mistakes
from ml.detection.sizes import SIZES, size_of

_DIGITS: Final = 2  # of a pixel


def sample_of(dataset: Dataset, split: Split) -> Split:
    """At most 200 pictures of a split, the same for everybody: a gallery is not worth an hour of predicting.

    Pictures outside the data set's folder have no name that could be shown, and are left out.
    """
    names = [relative_name(dataset, sample.image) for sample in split.samples]
    chosen = [row for row, name in enumerate(names) if is_inside(name)]
    if len(chosen) == len(split.samples) <= MOST_PICTURES:
        return split
    if len(chosen) > MOST_PICTURES:
        chosen.sort(key=lambda row: hashlib.sha256(names[row].encode()).digest())
        chosen = sorted(chosen[:MOST_PICTURES])
    return replace(split, samples=tuple(split.samples[row] for row in chosen))


def gallery(
    boxes: SplitBoxes, split_name: str, images: Sequence[str], geometries: Sequence[Geometry], names: Sequence[str]
) -> dict[str, Any]:
    """The outcome's gallery: ``images`` are paths below the data set's folder, those with most errors come first."""
    mistakes = find_mistakes(boxes)
    pictures = [_picture(boxes, mistakes, row, geometries[row], names) for row in range(boxes.images)]
    order = sorted(range(boxes.images), key=lambda row: (-_errors(pictures[row]), images[row]))
    return {
        "split": split_name,
        "confidence": CONFIDENCE,
        "names": list(names),
        "images": [{"image": images[row], **pictures[row]} for row in order[:MOST_PICTURES]],
    }


def _picture(
    boxes: SplitBoxes, mistakes: Mistakes, image: int, geometry: Geometry, names: Sequence[str]
) -> dict[str, Any]:
    height, width = geometry.native
    labels = np.flatnonzero(boxes.label_image == image)[:MOST_BOXES]
    rows = np.flatnonzero(boxes.image[mistakes.detection] == image)[:MOST_BOXES]  # of the mistakes, the surest first
    place = {int(label): number for number, label in enumerate(labels)}
    drawn = boxes.label_drawn[labels]
    detections = mistakes.detection[rows]
    return {
        "width": width,
        "height": height,
        "truths": [
            {"class": names[index], "box": box, "size": SIZES[size], "found": bool(found)}
            for index, box, size, found in zip(
                boxes.label_class[labels],
                _pixels(drawn, width, height),
                size_of(drawn),
                mistakes.found[labels],
                strict=True,
            )
        ],
        "found": [
            {
                "class": names[index],
                "box": box,
                "confidence": round(float(confidence), 4),
                "verdict": VERDICTS[verdict],
                "truth": place.get(int(label)),
            }
            for index, box, confidence, verdict, label in zip(
                boxes.class_index[detections],
                _pixels(boxes.xyxy[detections].astype(np.float64), width, height),
                boxes.confidence[detections],
                mistakes.verdict[rows],
                mistakes.label[rows],
                strict=True,
            )
        ],
    }


def _pixels(xyxy: Doubles, width: int, height: int) -> list[list[float]]:
    """Inside the picture: a label may have been drawn a hair beside it."""
    inside = xyxy.clip(0, [width, height, width, height])
    return [[round(side, _DIGITS) for side in box] for box in inside.tolist()]


def _errors(picture: dict[str, Any]) -> int:
    wrong = [one for one in picture["found"] if one["verdict"] != VERDICTS[RIGHT]]
    return len(wrong) + len([one for one in picture["truths"] if not one["found"]])
