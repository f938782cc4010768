"""Which of the known outputs of a detector a shape is. Pure functions of numbers.

Columns tell most: five more than the classes is YOLOv5's, four more ultralytics', six of a few hundred rows the end of
a network that suppresses by itself. Where two readings fit (one class and six columns), the number of rows decides,
which the size of the picture gives for YOLO's own grids.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from ml.checkpoints.onnx_model import Output

_STRIDES: Final = ((8, 16, 32), (8, 16, 32, 64), (4, 8, 16, 32), (16, 32))
_ANCHORS: Final = 3  # of a cell, in YOLOv5
_SUPPRESSED_COLUMNS: Final = 6
_MOST_SUPPRESSED: Final = 3_000  # rows of a network that suppresses by itself; 300 is usual


class Reading(NamedTuple):
    """What an output is and for how many classes, None where its shape does not tell."""

    output: Output
    classes: int | None


def reading_of(
    shape: Sequence[int | None], *, picture: tuple[int, int], classes: int | None, suppresses: bool | None
) -> Reading | None:
    """The reading of an output of this shape, (1, rows, columns) or (1, columns, rows), None being unknown.

    ``picture`` is (height, width) in pixels, ``classes`` how many the file names, ``suppresses`` what it says of its
    own suppression. None when the shape is of no known detector.
    """
    if len(shape) != 3:
        return None
    fitting = [one for one in _readings(shape[1], shape[2]) if classes is None or one.classes in (None, classes)]
    if suppresses is not None and any((one.output == "end_to_end") == suppresses for one in fitting):
        fitting = [one for one in fitting if (one.output == "end_to_end") == suppresses]
    on_grid = [one for one in fitting if _is_on_grid(one.output, shape, picture)]
    # Of an unknown number of rows nothing speaks for the rarer kind, and one read for the other is a score of noise.
    suppressed = [one for one in fitting if one.output == "end_to_end" and shape[1] is not None]
    return next(iter(on_grid or suppressed or fitting), None)


def _readings(second: int | None, third: int | None) -> list[Reading]:
    """All that the shape could be; there are more rows than columns, except in very small pictures."""
    by_rows = [Reading("yolov5", third - 5)] if third is not None and third > 5 else []
    by_columns = [Reading("ultralytics", second - 4)] if second is not None and second > 4 else []
    is_tall = third is not None and (second is None or second >= third)
    found = [*by_rows, *by_columns] if is_tall else [*by_columns, *by_rows]
    if third == _SUPPRESSED_COLUMNS and (second is None or second <= _MOST_SUPPRESSED):
        found.append(Reading("end_to_end", None))
    return found


def _is_on_grid(output: Output, shape: Sequence[int | None], picture: tuple[int, int]) -> bool:
    """Whether the rows are the cells of YOLO's levels for this picture."""
    rows = shape[2] if output == "ultralytics" else shape[1]
    each = _ANCHORS if output == "yolov5" else 1
    if output == "end_to_end" or rows is None:
        return False
    height, width = picture
    return rows in {each * sum((height // s) * (width // s) for s in strides) for strides in _STRIDES}
