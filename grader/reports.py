"""The figures of one part of a split, as JSON: what the site stores and draws, strictly read. No numpy, no ml.

Its keys are explained in ``docs/developers.md``. The four ratios, the counts and a row a class are always there;
everything else may be missing, as in evaluations of earlier versions.
"""

from collections.abc import Callable, Mapping
from typing import Final

from grader import strict

#: The ratios every evaluation reports; ``per_class`` holds ap50, ap50_95, precision, recall and instances.
RATIOS: Final = ("map50", "map50_95", "precision", "recall")
CLASS_RATIOS: Final = ("ap50", "ap50_95", "precision", "recall", "f1")
CONVENTIONS: Final = ("yolov5", "ultralytics", "coco")
SIZES: Final = ("small", "medium", "large")
ERRORS: Final = ("missed", "false_alarms", "confused", "badly_placed", "duplicates")
CURVES: Final = ("precision", "recall", "f1")
MEANS: Final = ("map50", "map50_95")

#: A curve is read at 0, 0.01 … 1; a bootstrap draws this often.
POINTS: Final = 101
DRAWS: Final = 200
#: Curves of single classes and the confusion matrix are kept up to this many classes.
DRAWN_CLASSES: Final = 100
MOST: Final = 100_000_000

Reader = Callable[[object, str], object]


def read_report(value: object, label: str, *, more: Mapping[str, Reader] | None = None) -> dict[str, object]:
    """A report, checked key by key. With ``more``, which names what may stand beside it, so may other plain JSON.

    Raises ValueError naming the field.
    """
    readers = _READERS if more is None else {**dict.fromkeys(strict.mapping(value, label), strict.plain), **more}
    readers = {**readers, **_READERS}
    found = strict.keys(value, label, required=(*RATIOS, "images", "instances", "per_class"), optional=readers)
    return {name: readers[name](cell, f"{label}.{name[:40]}") for name, cell in found.items()}


def ratio(value: object, label: str) -> float:
    return strict.number(value, label, lowest=0, highest=1)


def ratio_or_none(value: object, label: str) -> float | None:
    return None if value is None else ratio(value, label)


def count(value: object, label: str) -> int:
    return strict.integer(value, label, lowest=0, highest=MOST)


def curve(value: object, label: str) -> list[float]:
    """101 ratios."""
    return strict.numbers(value, label, count=POINTS, lowest=0, highest=1)


def _per_class(value: object, label: str) -> dict[str, object]:
    rows = {}
    for name, row in strict.mapping(value, label).items():
        place = f"{label}.{name[:40]}"
        cells = strict.keys(row, place, required=("instances",), optional=CLASS_RATIOS)
        # a class without ground truth has no average precision
        ratios = {key: ratio_or_none(cells[key], f"{place}.{key}") for key in CLASS_RATIOS if key in cells}
        rows[strict.text(name, label)] = {**ratios, "instances": count(cells["instances"], f"{place}.instances")}
    return dict(rows)


def _conventions(value: object, label: str) -> dict[str, object]:
    names = ("map50", "map50_95", "precision", "recall", "f1")
    found = strict.keys(value, label, required=(), optional=CONVENTIONS)
    return {
        convention: {
            name: ratio_or_none(cell, f"{label}.{convention}.{name}")
            for name, cell in strict.keys(row, f"{label}.{convention}", required=names).items()
        }
        for convention, row in found.items()
    }


def _per_size(value: object, label: str) -> dict[str, object]:
    found = strict.keys(value, label, required=SIZES)
    sizes: dict[str, object] = {}
    for size in SIZES:
        place = f"{label}.{size}"
        row = strict.keys(found[size], place, required=("map50", "map50_95", "recall", "instances"))
        ratios = {name: ratio_or_none(row[name], f"{place}.{name}") for name in ("map50", "map50_95", "recall")}
        sizes[size] = {**ratios, "instances": count(row["instances"], f"{place}.instances")}
    return sizes


def _curves(value: object, label: str) -> dict[str, object]:
    found = strict.keys(value, label, required=("confidence", *CURVES, "per_class"))
    means = {name: curve(found[name], f"{label}.{name}") for name in ("confidence", *CURVES)}
    classes = {}
    for name, row in _classes(found["per_class"], f"{label}.per_class").items():
        place = f"{label}.per_class.{name[:40]}"
        cells = strict.keys(row, place, required=CURVES)
        classes[name] = {key: curve(cells[key], f"{place}.{key}") for key in CURVES}
    return {**means, "per_class": classes}


def _pr(value: object, label: str) -> dict[str, object]:
    found = strict.keys(value, label, required=("recall", "precision", "per_class"))
    classes = {
        name: curve(cell, f"{label}.per_class.{name[:40]}")
        for name, cell in _classes(found["per_class"], f"{label}.per_class").items()
    }
    return {**{name: curve(found[name], f"{label}.{name}") for name in ("recall", "precision")}, "per_class": classes}


def _classes(value: object, label: str) -> Mapping[str, object]:
    found = strict.mapping(value, label)
    if len(found) > DRAWN_CLASSES:
        raise ValueError(f"{label}: at most {DRAWN_CLASSES} classes are drawn")
    return {strict.text(name, label): cell for name, cell in found.items()}


def _confusion(value: object, label: str) -> dict[str, object] | None:
    if value is None:  # too many classes
        return None
    found = strict.keys(value, label, required=("names", "counts", "confidence", "iou"))
    names = strict.texts(found["names"], f"{label}.names", most=DRAWN_CLASSES + 1)
    rows = found["counts"]
    if not isinstance(rows, list | tuple) or len(rows) != len(names):
        raise ValueError(f"{label}.counts: one row for each name is expected")
    return {
        "names": list(names),
        "counts": [strict.integers(row, f"{label}.counts", count=len(names), lowest=0, highest=MOST) for row in rows],
        "confidence": ratio(found["confidence"], f"{label}.confidence"),
        "iou": ratio(found["iou"], f"{label}.iou"),
    }


def _errors(value: object, label: str) -> dict[str, object]:
    found = strict.keys(value, label, required=ERRORS)
    return {name: count(found[name], f"{label}.{name}") for name in ERRORS}


def _intervals(value: object, label: str) -> dict[str, object]:
    found = strict.keys(value, label, required=MEANS)
    return {name: strict.numbers(found[name], f"{label}.{name}", count=2, lowest=0, highest=1) for name in MEANS}


def _draws(value: object, label: str) -> dict[str, object]:
    found = strict.keys(value, label, required=MEANS)
    return {name: strict.numbers(found[name], f"{label}.{name}", count=DRAWS, lowest=0, highest=1) for name in MEANS}


_READERS: Final[dict[str, Reader]] = {
    **dict.fromkeys((*RATIOS, "f1", "best_confidence"), ratio),
    **dict.fromkeys(("images", "instances", "clusters"), count),
    "per_class": _per_class,
    "conventions": _conventions,
    "per_size": _per_size,
    "curves": _curves,
    "pr": _pr,
    "confusion": _confusion,
    "errors": _errors,
    "intervals": _intervals,
    "draws": _draws,
}
