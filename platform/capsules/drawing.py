"""What is drawn on a frame: a short list of shapes whose coordinates are shares (0…1) of its width and height. Pure.

``[{"tool": "pen", "points": [[x, y], …]}, {"tool": "arrow" | "box", "points": [[x, y], [x, y]]}]``
"""

import json
import math
from collections.abc import Iterable
from typing import Any, Final

from capsules import refusals

TOOLS: Final = ("pen", "arrow", "box")
MOST_SHAPES: Final = 20
MOST_POINTS: Final = 500
#: Of what a page sends as JSON.
LONGEST_TEXT: Final = 200_000
HEAD_ANGLE: Final = 0.45

Shape = dict[str, Any]


def read_drawing(text: str) -> list[Shape]:
    """The shapes, written anew from what holds of them. Raises Refusal for anything that is no drawing."""
    if not text.strip():
        return []
    if len(text) > LONGEST_TEXT:
        raise refusals.no_drawing()
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refusals.no_drawing() from error
    if not isinstance(said, list) or len(said) > MOST_SHAPES:
        raise refusals.no_drawing()
    return [_shape(one) for one in said]


def _shape(said: Any) -> Shape:
    tool = said.get("tool") if isinstance(said, dict) else None
    points = said.get("points") if isinstance(said, dict) else None
    if tool not in TOOLS or not isinstance(points, list):
        raise refusals.no_drawing()
    if not (2 <= len(points) <= MOST_POINTS if tool == "pen" else len(points) == 2):
        raise refusals.no_drawing()
    return {"tool": tool, "points": [_point(point) for point in points]}


def _point(said: Any) -> list[float]:
    if not isinstance(said, list) or len(said) != 2:
        raise refusals.no_drawing()
    if any(isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1 for share in said):
        raise refusals.no_drawing()
    return [round(float(share), 4) for share in said]


def as_path(shapes: Iterable[Shape], *, width: float, height: float) -> str:
    """One SVG path for a view box of this size: an arrow's head keeps its angle whatever the frame's proportions."""
    return " ".join(_PATHS[shape["tool"]]([(x * width, y * height) for x, y in shape["points"]]) for shape in shapes)


Points = list[tuple[float, float]]


def _line(points: Points) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _box(points: Points) -> str:
    (left, top), (right, bottom) = points
    return _line([(left, top), (right, top), (right, bottom), (left, bottom)]) + "Z"


def _arrow(points: Points) -> str:
    (x0, y0), (x1, y1) = points
    angle, length = math.atan2(y1 - y0, x1 - x0), max(math.hypot(x1 - x0, y1 - y0) * 0.3, 12.0)
    head = [
        (x1 - length * math.cos(angle + turn), y1 - length * math.sin(angle + turn))
        for turn in (-HEAD_ANGLE, HEAD_ANGLE)
    ]
    return _line(points) + " " + _line([head[0], (x1, y1), head[1]])


_PATHS: Final = {"pen": _line, "arrow": _arrow, "box": _box}
