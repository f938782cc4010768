"""The pictures that questions are about: ``crowd-1.jpg`` with its labels ``crowd-1.txt`` (YOLO format), and so on.

Ours are drawn by ``python -m fixtures.charlie --pictures``; a course that was brought in may have its own. A question
names one ("crowd-1"); nothing else on the disk can be reached through a name.
"""

import re
from pathlib import Path
from typing import Final

SUFFIXES: Final = (".jpg", ".png")
LONGEST: Final = 60
_NAME: Final = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)(?:\.jpg|\.png)?")
_START_OF_FRAME: Final = (0xC0, 0xC1, 0xC2)  # baseline, extended and progressive JPEG
_PNG: Final = b"\x89PNG"

Label = tuple[int, float, float, float, float]


class UnknownPicture(ValueError):
    """A name that is no picture of ours."""


def stem_of(name: str) -> str:
    """The name without ``.jpg``. Raises ``UnknownPicture`` for what cannot be a picture's name."""
    match = _NAME.fullmatch(name) if len(name) <= LONGEST else None
    if match is None:
        raise UnknownPicture(f"{name[:LONGEST]!r} is not a picture's name")
    return match[1]


def find(name: str) -> Path:
    """The picture's file, of the course that was brought last. Raises ``UnknownPicture`` where there is none."""
    stem = stem_of(name)
    for folder in reversed(_folders()):
        for suffix in SUFFIXES:
            path = folder / f"{stem}{suffix}"
            if path.is_file():
                return path
    raise UnknownPicture(f"there is no picture {stem!r}")


def names() -> tuple[str, ...]:
    """Every picture's name, without ``.jpg``."""
    found = {path.stem for folder in _folders() for suffix in SUFFIXES for path in folder.glob(f"*{suffix}")}
    return tuple(sorted(found))


def labels_of(name: str) -> tuple[Label, ...]:
    """The objects that are there: (class, x, y, width, height), shares of the picture; none without a label file.

    Raises ``UnknownPicture``.
    """
    file = find(name).with_suffix(".txt")
    rows = (line.split() for line in file.read_text("utf-8").splitlines() if line.strip()) if file.is_file() else ()
    return tuple((int(label), float(x), float(y), float(w), float(h)) for label, x, y, w, h in rows)


def size_of(name: str) -> tuple[int, int]:
    """(width, height) in pixels, from the file's own header: no decoder is needed. Raises ``UnknownPicture``."""
    data = find(name).read_bytes()
    if data.startswith(_PNG):
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    position = 2
    while data[position] == 0xFF and data[position + 1] not in _START_OF_FRAME:
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    height, width = (int.from_bytes(data[position + start : position + start + 2], "big") for start in (5, 7))
    return width, height


def _folders() -> tuple[Path, ...]:
    from challenges.catalogue import CATALOGUE  # the catalogue reads questions, which name pictures

    return tuple(folder / "pictures" for folder in CATALOGUE.folders)
