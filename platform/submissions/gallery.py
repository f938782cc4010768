"""A submission's errors, picture by picture, on the split that pairs hold themselves. Pure, but for finding a file.

The grader's gallery says what is in each picture and what was found; here it becomes marks to draw, and the pictures
that have an error of the kind, class and size that somebody looks for.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

#: The one split whose pictures leave through the gallery: students have it on their own disks.
SPLIT: Final = "val"
PICTURES: Final = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
KINDS: Final = ("missed", "false_alarms", "confused", "badly_placed", "duplicates")
SIZES: Final = ("small", "medium", "large")
_KIND_OF_VERDICT: Final = {
    "right": "right",
    "badly_placed": "badly_placed",
    "confused": "confused",
    "duplicate": "duplicates",
    "false_alarm": "false_alarms",
}
#: Areas in square pixels at which COCO cuts small from medium, and medium from large.
_SMALL, _MEDIUM = 32**2, 96**2


@dataclass(frozen=True, slots=True)
class Mark:
    """One box to draw, in the picture's pixels. ``kind`` is one of KINDS, ``right``, or ``truth`` for a found object.

    ``other`` is what is really there, for a confused box.
    """

    kind: str
    name: str
    size: str
    box: tuple[float, float, float, float]
    confidence: float | None = None
    other: str = ""

    @property
    def is_error(self) -> bool:
        return self.kind in KINDS

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; an empty text is anything."""

    kind: str = ""
    name: str = ""
    size: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str], names: list[str]) -> "Wanted":
        """Out of an address; what is none of the choices is left out."""
        kind, name, size = (asked.get(key, "") for key in ("kind", "class", "size"))
        return cls(kind if kind in KINDS else "", name if name in names else "", size if size in SIZES else "")

    def takes(self, mark: Mark) -> bool:
        return (
            mark.is_error
            and self.kind in ("", mark.kind)
            and self.name in ("", mark.name, mark.other)
            and self.size in ("", mark.size)
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """``index`` is its place in the gallery; ``wanted`` are those of its marks that are looked for."""

    index: int
    name: str
    width: int
    height: int
    marks: tuple[Mark, ...]
    wanted: tuple[Mark, ...]


def pictures(gallery: Mapping[str, Any], wanted: Wanted) -> list[Picture]:
    """The pictures that hold something of what is looked for, in the gallery's order: most errors first."""
    found = []
    for index, image in _shown(gallery):
        marks = tuple(marks_of(image))
        taken = tuple(mark for mark in marks if wanted.takes(mark))
        if taken:
            name = PurePosixPath(image["image"]).name
            found.append(Picture(index, name, image["width"], image["height"], marks, taken))
    return found


def counts(gallery: Mapping[str, Any], wanted: Wanted) -> dict[str, int]:
    """How many errors of each kind there are of the class and size looked for."""
    of_any_kind = Wanted(name=wanted.name, size=wanted.size)
    marks = (mark for _index, image in _shown(gallery) for mark in marks_of(image))
    number = Counter(mark.kind for mark in marks if of_any_kind.takes(mark))
    return {kind: number[kind] for kind in KINDS}


def marks_of(image: Mapping[str, Any]) -> Iterator[Mark]:
    """Objects first, then boxes, the surest last: what is drawn last lies on top."""
    explained = {one["truth"] for one in image["found"] if one["verdict"] in ("confused", "badly_placed")}
    truths = image["truths"]
    for index, truth in enumerate(truths):
        kind = "truth" if truth["found"] or index in explained else "missed"
        yield Mark(kind, truth["class"], truth["size"], tuple(truth["box"]))
    for one in sorted(image["found"], key=lambda one: one["confidence"]):
        about = truths[one["truth"]] if one["truth"] is not None else None
        yield Mark(
            kind=_KIND_OF_VERDICT[one["verdict"]],
            name=one["class"],
            size=about["size"] if about else _size_of(one["box"]),
            box=tuple(one["box"]),
            confidence=one["confidence"],
            other=about["class"] if about and one["verdict"] == "confused" else "",
        )


def picture_file(root: Path, gallery: Mapping[str, Any], index: int) -> Path | None:
    """The file of a gallery's picture; None unless it is a real picture in the folder of the split that pairs hold.

    The gallery crossed a process border, so its paths are not believed: only a plain file of ``images/val`` below the
    dataset's root, reached without any link and without "..", leaves the server.
    """
    image = dict(_shown(gallery)).get(index)
    if image is None:
        return None
    file = root
    for part in PurePosixPath(image["image"]).parts:
        file = file / part
        if file.is_symlink():
            return None
    if file.suffix.lower() not in PICTURES or not file.is_file():
        return None
    folder = (root / "images" / SPLIT).resolve()
    return file if file.resolve().is_relative_to(folder) else None


def _shown(gallery: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """The gallery's pictures with their places, but for what says itself that it is of another split."""
    if gallery.get("split") != SPLIT:
        return []
    return [(index, image) for index, image in enumerate(gallery["images"]) if _is_public(image["image"])]


def _is_public(image: str) -> bool:
    parts = PurePosixPath(image).parts
    return parts[:2] == ("images", SPLIT) and ".." not in parts and len(parts) > 2


def _size_of(box: list[float]) -> str:
    area = (box[2] - box[0]) * (box[3] - box[1])
    if area < _SMALL:
        return "small"
    return "medium" if area < _MEDIUM else "large"
