"""The pictures that questions are about: ``crowd-1.jpg`` with its labels ``crowd-1.txt`` (YOLO format), and so on.

Drawn by ``python -m fixtures.charlie --pictures``. A question names one ("crowd-1"); nothing else on the disk can be
reached through a name.
"""

import re
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
CLASSES: Final = ("charlie", "glasses", "mug", "key")
_NAME: Final = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)(?:\.jpg)?")
_START_OF_FRAME: Final = (0xC0, 0xC1, 0xC2)  # baseline, extended and progressive JPEG


class UnknownPicture(ValueError):
    """A name that is no picture of ours."""


def find(name: str) -> Path:
    """The picture's file. Raises ``UnknownPicture`` for anything that is not there."""
    match = _NAME.fullmatch(name) if len(name) <= 60 else None
    path = FOLDER / f"{match[1]}.jpg" if match else None
    if path is None or not path.is_file():
        raise UnknownPicture(f"there is no picture {name[:60]!r}")
    return path


def names() -> tuple[str, ...]:
    """Every picture's name, without ``.jpg``."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.jpg")))


def labels_of(name: str) -> tuple[tuple[int, float, float, float, float], ...]:
    """The objects that were drawn: (class, x, y, width, height), shares of the picture. Raises ``UnknownPicture``."""
    lines = find(name).with_suffix(".txt").read_text("ascii").splitlines()
    rows = (line.split() for line in lines)
    return tuple((int(label), float(x), float(y), float(w), float(h)) for label, x, y, w, h in rows)


def size_of(name: str) -> tuple[int, int]:
    """(width, height) in pixels, from the file's own header: no decoder is needed. Raises ``UnknownPicture``."""
    data = find(name).read_bytes()
    position = 2
    while data[position] == 0xFF and data[position + 1] not in _START_OF_FRAME:
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    height, width = (int.from_bytes(data[position + start : position + start + 2], "big") for start in (5, 7))
    return width, height
