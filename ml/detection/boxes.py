"""All the boxes of a split side by side, predicted and labeled, in the pictures' own pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.detection.detections import Detections
from ml.detection.geometry import Geometries, Geometry, boxes_to_native, labels_to_native, labels_where_drawn

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SplitBoxes:
    """N detections, picture after picture, the surest of a picture first; M labels, picture after picture.

    ``label_xyxy`` are the labels as YOLOv5 v6.2 sees them (rounded on their way through the canvas), ``label_drawn``
    the same as they were drawn. Raises ValueError for wrong shapes or numbers that are not finite.
    """

    xyxy: Floats  # (N, 4), pixels of the picture
    confidence: Floats  # (N,)
    class_index: Integers  # (N,)
    image: Integers  # (N,)
    label_xyxy: Floats  # (M, 4)
    label_drawn: Doubles  # (M, 4)
    label_class: Integers  # (M,)
    label_image: Integers  # (M,)
    images: int

    def __post_init__(self) -> None:
        _check("detections", len(self.xyxy), self.xyxy, self.confidence, self.class_index, self.image)
        _check("labels", len(self.label_xyxy), self.label_xyxy, self.label_drawn, self.label_class, self.label_image)
        if not all(np.isfinite(values).all() for values in (self.xyxy, self.confidence, self.label_xyxy)):
            raise ValueError("boxes, confidences and labels must be finite numbers")

    def __len__(self) -> int:
        return len(self.confidence)

    def only(self, kept: npt.NDArray[np.bool_]) -> "SplitBoxes":
        """Those of some pictures, ``kept`` (images,), which are numbered anew."""
        number = np.cumsum(kept) - 1
        rows, labels = np.flatnonzero(kept[self.image]), np.flatnonzero(kept[self.label_image])
        return SplitBoxes(
            xyxy=self.xyxy[rows],
            confidence=self.confidence[rows],
            class_index=self.class_index[rows],
            image=number[self.image[rows]],
            label_xyxy=self.label_xyxy[labels],
            label_drawn=self.label_drawn[labels],
            label_class=self.label_class[labels],
            label_image=number[self.label_image[labels]],
            images=int(kept.sum()),
        )


def collect(
    detections: Sequence[Detections], labels: Sequence[Floats], geometries: Sequence[Geometry], class_count: int
) -> SplitBoxes:
    """Predictions (canvas pixels) and labels (n, 5) [class, x, y, w, h normalized], picture by picture.

    Raises ValueError when the three are not of the same length, for a class that is not known and for wrong shapes.
    """
    if not len(detections) == len(labels) == len(geometries):
        raise ValueError(f"{len(detections)} predictions, {len(labels)} label sets, {len(geometries)} pictures")
    for one in labels:
        if one.ndim != 2 or one.shape[1] != 5:
            raise ValueError(f"labels must have shape (n, 5), not {one.shape}")
    xyxy = np.concatenate([np.zeros((0, 4), np.float32), *(one.xyxy for one in detections)])
    confidence = np.concatenate([np.zeros(0, np.float32), *(one.confidence for one in detections)])
    class_index = np.concatenate([np.zeros(0, np.int64), *(one.class_index for one in detections)])
    truth = np.concatenate([np.zeros((0, 5), np.float32), *labels]).astype(np.float32)
    for classes in (class_index, truth[:, 0]):
        if len(classes) and not 0 <= classes.min() <= classes.max() < class_count:
            raise ValueError(f"a class is not one of the {class_count} known")
    image = np.repeat(np.arange(len(detections)), [len(one) for one in detections])
    label_image = np.repeat(np.arange(len(labels)), [len(one) for one in labels])
    places = Geometries.of(geometries, label_image)
    order = _surest_first(image, confidence)
    return SplitBoxes(
        xyxy=boxes_to_native(xyxy, Geometries.of(geometries, image))[order],
        confidence=confidence[order],
        class_index=class_index[order],
        image=image[order],
        label_xyxy=labels_to_native(truth, places)[:, 1:],
        label_drawn=labels_where_drawn(truth, places),
        label_class=truth[:, 0].astype(np.int64),
        label_image=label_image,
        images=len(detections),
    )


def _surest_first(image: Integers, confidence: Floats) -> Integers | slice:
    """Rows by picture, then by descending confidence, equal ones in their order: nearly always as they are."""
    rises = (confidence[1:] > confidence[:-1]) & (image[1:] == image[:-1])
    return np.lexsort((-confidence, image)) if rises.any() else slice(None)


def _check(what: str, count: int, *columns: npt.NDArray[np.generic]) -> None:
    for column in columns:
        if column.shape not in ((count,), (count, 4)):
            raise ValueError(f"{count} {what}, and a column of shape {column.shape}")
    if columns[0].ndim != 2:
        raise ValueError(f"boxes must have shape (n, 4), not {columns[0].shape}")
