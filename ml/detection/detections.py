"""The boxes found in one picture: what crosses from whoever runs a network to whoever scores it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Detections:
    """n boxes in pixels of the canvas that the network saw, in descending confidence.

    Raises ValueError for wrong shapes, numbers that are not finite, confidences outside 0…1 or negative classes.
    """

    xyxy: Floats  # (n, 4)
    confidence: Floats  # (n,), 0…1
    class_index: Integers  # (n,)

    def __post_init__(self) -> None:
        count = len(self.xyxy)
        if self.xyxy.ndim != 2 or self.xyxy.shape[1] != 4:
            raise ValueError(f"boxes must have shape (n, 4), not {self.xyxy.shape}")
        if self.confidence.shape != (count,) or self.class_index.shape != (count,):
            raise ValueError(f"{count} boxes, {self.confidence.shape} confidences, {self.class_index.shape} classes")
        if not np.isfinite(self.xyxy).all():
            raise ValueError("boxes must be finite numbers")
        # Written so that NaN fails: every comparison with it is false.
        if not ((self.confidence >= 0) & (self.confidence <= 1)).all():
            raise ValueError("confidences must lie between 0 and 1")
        if (self.class_index < 0).any():
            raise ValueError("classes must not be negative")

    def __len__(self) -> int:
        return len(self.confidence)


def no_detections() -> Detections:
    """A picture in which nothing was found."""
    return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))
