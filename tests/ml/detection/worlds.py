"""Splits full of boxes, made on the spot, and the same boxes as other people's programs want them."""

import contextlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from ml.detection.boxes import SplitBoxes

SIDE = 400.0


def split_boxes(
    xyxy: Any,
    confidence: Any,
    class_index: Any,
    image: Any,
    labels: Any,
    label_class: Any,
    label_image: Any,
    images: int,
) -> SplitBoxes:
    """Sorted as they must be."""
    image, confidence = np.array(image, np.int64), np.array(confidence, np.float32)
    order = np.lexsort((-confidence, image))
    truth = np.array(labels, np.float32).reshape(-1, 4)
    return SplitBoxes(
        np.array(xyxy, np.float32).reshape(-1, 4)[order],
        confidence[order],
        np.array(class_index, np.int64)[order],
        image[order],
        truth,
        truth.astype(np.float64),
        np.array(label_class, np.int64),
        np.array(label_image, np.int64),
        images,
    )


@dataclass(frozen=True)
class World:
    """How a split is made: ``ties`` gives confidences in steps of a tenth, ``whole`` corners whole pixels."""

    images: int = 12
    classes: int = 3
    labels: int = 6  # a picture, on average
    detections: int = 12  # a picture, on average
    crowded: bool = False
    ties: bool = False
    whole: bool = False


def make(world: World, seed: int) -> SplitBoxes:
    """Labels of all sizes; detections near labels (often of the right class), near nothing, twice and three times."""
    generator = np.random.default_rng(seed)
    label_image = np.sort(generator.integers(0, world.images, world.images * world.labels))
    count = len(label_image)
    side = np.exp(generator.uniform(2, 5.2, (count, 2)))
    place = generator.uniform(0, 120 if world.crowded else SIDE, (count, 2))
    labels = np.hstack((place, place + side))
    label_class = generator.integers(0, world.classes, count)

    near = generator.integers(0, max(count, 1), world.images * world.detections) if count else np.zeros(0, np.int64)
    xyxy = labels[near] + generator.normal(0, 0.07, (len(near), 4)) * np.tile(side[near], 2)
    guess = np.where(
        generator.random(len(near)) < 0.85, label_class[near], generator.integers(0, world.classes, len(near))
    )
    lost = world.images * world.detections // 3
    corner = generator.uniform(0, SIDE, (lost, 2))
    xyxy = np.vstack((xyxy, np.hstack((corner, corner + np.exp(generator.uniform(1, 5, (lost, 2)))))))
    image = np.concatenate((label_image[near], generator.integers(0, world.images, lost)))
    classes = np.concatenate((guess, generator.integers(0, world.classes, lost)))
    xyxy[:, 2:] = np.maximum(xyxy[:, :2], xyxy[:, 2:])
    confidence = generator.uniform(0.001, 1, len(xyxy))
    if world.ties:
        confidence = np.ceil(confidence * 10) / 10
    if world.whole:
        labels, xyxy = labels.round(), xyxy.round()
    return split_boxes(xyxy, confidence, classes, image, labels, label_class, label_image, world.images)


def coco_evaluation(boxes: SplitBoxes) -> Any:
    """pycocotools on the same boxes, accumulated; ``stats`` are filled."""
    categories = sorted({*boxes.class_index.tolist(), *boxes.label_class.tolist()}) or [0]
    coco: Any = COCO
    truth = coco()
    truth.dataset = {
        "info": {},
        "images": [{"id": number} for number in range(boxes.images)],
        "categories": [{"id": index} for index in categories],
        "annotations": [
            {
                "id": number + 1,
                "image_id": int(image),
                "category_id": int(index),
                "bbox": _xywh(box),
                "area": (box[2] - box[0]) * (box[3] - box[1]),
                "iscrowd": 0,
            }
            for number, (box, index, image) in enumerate(
                zip(boxes.label_drawn, boxes.label_class, boxes.label_image, strict=True)
            )
        ],
    }
    results = [
        {"image_id": int(image), "category_id": int(index), "bbox": _xywh(box), "score": float(score)}
        for box, index, image, score in zip(
            boxes.xyxy.astype(np.float64), boxes.class_index, boxes.image, boxes.confidence, strict=True
        )
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        found = truth.loadRes(results) if results else coco()
        if not results:
            found.dataset = {
                "images": truth.dataset["images"],
                "categories": truth.dataset["categories"],
                "annotations": [],
            }
            found.createIndex()
        evaluation: Any = COCOeval(truth, found, "bbox")  # type: ignore[no-untyped-call]
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


def _xywh(box: npt.NDArray[np.float64]) -> list[float]:
    return [float(box[0]), float(box[1]), float(box[2] - box[0]), float(box[3] - box[1])]
