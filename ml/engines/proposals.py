"""What an engine gives for each picture: every box that the network proposes, before any threshold."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Proposals:
    """N boxes in one picture, in canvas pixels.

    ``scores`` is the product of both factors where a network predicts an objectness; it is kept as factors
    because most rows die on the objectness alone and are never multiplied.
    """

    boxes: Floats  # (N, 4): xywh around the center, or xyxy when end_to_end
    class_scores: Floats  # (N, C), 0…1
    objectness: Floats | None  # (N,), 0…1
    end_to_end: bool = False  # the network suppressed duplicates itself: one class per box, nothing left to suppress

    @property
    def scores(self) -> Floats:
        """(N, C)"""
        return self.class_scores if self.objectness is None else self.class_scores * self.objectness[:, None]

    @property
    def boxes_xyxy(self) -> Floats:
        """(N, 4)"""
        return self.boxes if self.end_to_end else xywh_to_xyxy(self.boxes)

    def best_class_only(self) -> "Proposals":
        """The same with every score 0 but that of each box's best class (the first of equal ones)."""
        rows = np.arange(len(self.boxes))
        best = self.class_scores.argmax(axis=1)
        scores = np.zeros_like(self.class_scores)
        scores[rows, best] = self.class_scores[rows, best]
        return replace(self, class_scores=scores)


def xywh_to_xyxy(boxes_xywh: Floats) -> Floats:
    """(…, 4) center and size → (…, 4) corners."""
    center, half = boxes_xywh[..., :2], boxes_xywh[..., 2:] / 2
    return np.concatenate((center - half, center + half), axis=-1)
