"""A network's errors on pictures that its pair may see, as JSON: pictures, what is in them, what was found."""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Final

from grader import strict
from grader.reports import SIZES, ratio

VERDICTS: Final = ("right", "badly_placed", "confused", "duplicate", "false_alarm")
MOST_PICTURES: Final = 200
MOST_BOXES: Final = 100
LARGEST_SIDE: Final = 65_536


def read_gallery(value: object, label: str = "gallery") -> dict[str, object]:
    """A gallery, checked box by box. Raises ValueError naming the field."""
    found = strict.keys(value, label, required=("split", "confidence", "names", "images"))
    names = strict.texts(found["names"], f"{label}.names", most=1_000)
    return {
        "split": strict.one_of(found["split"], f"{label}.split", ("train", "val", "test")),
        "confidence": ratio(found["confidence"], f"{label}.confidence"),
        "names": list(names),
        "images": _several(found["images"], f"{label}.images", MOST_PICTURES, lambda one, at: _picture(one, at, names)),
    }


def _picture(value: object, label: str, names: tuple[str, ...]) -> dict[str, object]:
    found = strict.keys(value, label, required=("image", "width", "height", "truths", "found"))
    truths = _several(found["truths"], f"{label}.truths", MOST_BOXES, lambda one, at: _truth(one, at, names))
    return {
        "image": _inside(strict.text(found["image"], f"{label}.image", longest=1_000), f"{label}.image"),
        **{name: strict.integer(found[name], f"{label}.{name}", lowest=1, highest=LARGEST_SIDE)
           for name in ("width", "height")},
        "truths": truths,
        "found": _several(
            found["found"], f"{label}.found", MOST_BOXES, lambda one, at: _found(one, at, names, len(truths))
        ),
    }  # fmt: skip


def _truth(value: object, label: str, names: tuple[str, ...]) -> dict[str, object]:
    found = strict.keys(value, label, required=("class", "box", "size", "found"))
    if not isinstance(found["found"], bool):
        raise ValueError(f"{label}.found: true or false is expected")
    return {
        "class": strict.one_of(found["class"], f"{label}.class", names),
        "box": _box(found["box"], f"{label}.box"),
        "size": strict.one_of(found["size"], f"{label}.size", SIZES),
        "found": found["found"],
    }


def _found(value: object, label: str, names: tuple[str, ...], truths: int) -> dict[str, object]:
    found = strict.keys(value, label, required=("class", "box", "confidence", "verdict", "truth"))
    truth = found["truth"]
    return {
        "class": strict.one_of(found["class"], f"{label}.class", names),
        "box": _box(found["box"], f"{label}.box"),
        "confidence": ratio(found["confidence"], f"{label}.confidence"),
        "verdict": strict.one_of(found["verdict"], f"{label}.verdict", VERDICTS),
        "truth": None if truth is None else strict.integer(truth, f"{label}.truth", lowest=0, highest=truths - 1),
    }


def _box(value: object, label: str) -> list[float]:
    """x1, y1, x2, y2 in the picture's own pixels."""
    return strict.numbers(value, label, count=4, lowest=0, highest=LARGEST_SIDE)


def _inside(path: str, label: str) -> str:
    """A path below the dataset's folder: it names a file that a page will ask for."""
    if not is_inside(path):
        raise ValueError(f"{label}: a path inside the data set is expected")
    return path


def is_inside(path: str) -> bool:
    """Whether a path names something below the folder that it is relative to, on any system."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and "\\" not in path and ".." not in parts


def _several(
    value: object, label: str, most: int, read: Callable[[object, str], dict[str, object]]
) -> list[dict[str, object]]:
    if not isinstance(value, list | tuple) or len(value) > most:
        raise ValueError(f"{label}: a list of at most {most} is expected")
    return [read(one, f"{label}[{place}]") for place, one in enumerate(value)]
