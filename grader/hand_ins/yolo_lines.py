"""Lines of YOLO label files: ``class x y width height [confidence]``, read without trusting a character."""

import math
import re
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,3})?", re.ASCII)
LARGEST_CLASS: Final = 100_000


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One object: class index, box, confidence where it is given."""

    label: int
    box: tuple[float, float, float, float]
    confidence: float | None = None


def read_line(line: str) -> LabelLine | None:
    """The object of a line, or None when it is not ``class x y width height`` with or without a confidence."""
    numbers = [number_of(word) for word in line.split()]
    if len(numbers) not in (5, 6) or any(number is None for number in numbers):
        return None
    label, *rest = [number for number in numbers if number is not None]
    if label != int(label) or not 0 <= label <= LARGEST_CLASS:
        return None
    confidence = rest[4] if len(rest) == 5 else None
    return LabelLine(int(label), (rest[0], rest[1], rest[2], rest[3]), confidence)


def number_of(word: str) -> float | None:
    """A finite number, or None."""
    if not _NUMBER.fullmatch(word):
        return None
    value = float(word)
    return value if math.isfinite(value) else None
