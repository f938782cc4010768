"""Which of Tiny YOLO's 1,470 outputs is what: the layout of Darknet's detection layer.

First the class scores of every cell, then the confidences of every cell's boxes, then their coordinates, cells row by
row. Source: Darknet, ``src/detection_layer.c`` (``class_index``, ``p_index``, ``box_index``), for the networks
of "You Only Look Once" (arXiv:1506.02640). The paper's own picture, a vector of 30 for each cell, is another order.
"""

from dataclasses import dataclass
from typing import Final

COORDINATES: Final = ("x", "y", "w", "h")
CONFIDENCE: Final = "confidence"
CLASS: Final = "class"
BLOCKS: Final = (CLASS, CONFIDENCE, "coordinates")


@dataclass(frozen=True)
class Asked:
    """One number of the output: of which cell, what, and of which box or class, all counted from 0."""

    row: int
    column: int
    what: str
    box: int = 0
    class_index: int = 0


@dataclass(frozen=True)
class Layout:
    """How many cells a side, boxes a cell and classes; ``blocks`` is their order along the output."""

    cells: int
    boxes: int
    classes: int
    blocks: tuple[str, ...] = BLOCKS

    def index(self, asked: Asked) -> int:
        """The place in the output, counted from 0."""
        cell = asked.row * self.cells + asked.column
        block = asked.what if asked.what in (CLASS, CONFIDENCE) else "coordinates"
        start = sum(self._length(before) for before in self.blocks[: self.blocks.index(block)])
        if block == CLASS:
            return start + cell * self.classes + asked.class_index
        box = cell * self.boxes + asked.box
        return start + box if block == CONFIDENCE else start + box * len(COORDINATES) + COORDINATES.index(asked.what)

    def interleaved(self, asked: Asked, *, classes_first: bool) -> int:
        """The place in the paper's picture, where each cell has all its numbers together."""
        values = (*COORDINATES, CONFIDENCE)
        length = self.boxes * len(values) + self.classes
        start = (asked.row * self.cells + asked.column) * length
        if asked.what == CLASS:
            return start + asked.class_index + (0 if classes_first else self.boxes * len(values))
        return start + asked.box * len(values) + values.index(asked.what) + (self.classes if classes_first else 0)

    def _length(self, block: str) -> int:
        each = {CLASS: self.classes, CONFIDENCE: self.boxes, "coordinates": self.boxes * len(COORDINATES)}
        return self.cells**2 * each[block]
