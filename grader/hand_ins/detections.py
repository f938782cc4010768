"""``detections``: what a network finds on given pictures, at a given size and given thresholds.

The truth is (pictures: (name, width, height); classes; boxes: (picture, class, x, y, w, h, confidence)), down to a
little under the threshold: two honest programs differ by a hundredth, so that a box so near to it may be there or not.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from challenges.key import AnswerKey
from grader.hand_ins.box_files import PIXELS, read_boxes
from grader.hand_ins.boxes import Box, from_corners, iou, match
from grader.hand_ins.inspection import Inspection, Note, judged, note

ORDER: Final = (
    "pixels_for_ratios",
    "corners_for_centers",
    "corner_for_center",
    "x_y_swapped",
    "one_based_index",
    "other_class",
    "no_suppression",
    "other_confidence",
    "other_image_size",
    "boxes_loose",
    "boxes_missed",
    "boxes_added",
)
USUAL_MATCH: Final = 0.8
LOOSE_MATCH: Final = 0.4
#: A mistake is believed when all but this share of the boxes fit it.
MOST_UNEXPLAINED: Final = 0.15

Pictures = Mapping[str, Sequence[Box]]


@dataclass(frozen=True)
class Truth:
    """``sure`` boxes must be found, ``open`` ones may: their confidence is about the threshold."""

    sizes: Mapping[str, tuple[int, int]]
    classes: Sequence[str]
    sure: Pictures
    open: Pictures


def margin_of(confidence: float) -> float:
    """How far two honest programs may differ in the confidence of a box near the threshold."""
    return min(0.02, confidence / 4)


def rehearse(parts: Collection[str]) -> None:
    """Read a box in each form."""
    for data in (b"0 0.5 0.5 0.1 0.1\n", b'[{"class": "a", "confidence": 0.5, "xyxy": [1, 2, 3, 4]}]'):
        read_boxes(data, "", {"a": (10, 10)}, ["a"])


def inspect(question: Mapping[str, Any], key: AnswerKey, files: Mapping[str, bytes]) -> Inspection:
    """The boxes against the network's own; of several readings, the one that fits best."""
    truth = truth_of(key, question["confidence"])
    least = question.get("match_iou", USUAL_MATCH)
    readings = read_boxes(files["detections"], "detections", truth.sizes, truth.classes)
    found = min(readings, key=lambda reading: _distance(reading, truth, least))
    mistake = None if _fits(found, truth, least) else _mistake(found, truth, least, key, question["confidence"])
    count = sum(len(boxes) for boxes in found.values())
    counted = {name: sum(box.label == label for boxes in found.values() for box in boxes)
               for label, name in enumerate(truth.classes)}  # fmt: skip
    return judged(
        [] if mistake is None else [mistake],
        order=ORDER,
        understood=f"{count} × □" + "".join(f" · {name} {number}" for name, number in counted.items() if number),
        notes=[] if mistake is None else _notes(found, truth, least),
        figures={"boxes": count, "matched": _matched(found, truth, least), "best_iou": _best(found, truth)},
    )


def truth_of(key: AnswerKey, confidence: float) -> Truth:
    """The key's rows, those near the threshold apart."""
    rows: Any = key.truth
    pictures, classes, boxes = rows
    least = confidence + margin_of(confidence)
    sure: dict[str, list[Box]] = {name: [] for name, _, _ in pictures}
    near: dict[str, list[Box]] = {name: [] for name, _, _ in pictures}
    for picture, *box in boxes:
        (sure if box[5] >= least else near)[picture].append(Box(*box))
    return Truth({name: (width, height) for name, width, height in pictures}, classes, sure, near)


def rows_by_picture(rows: Any) -> dict[str, list[Box]]:
    """The boxes of a mistake of the key."""
    found: dict[str, list[Box]] = {}
    for picture, *box in rows:
        found.setdefault(picture, []).append(Box(*box))
    return found


def _differences(found: Pictures, truth: Truth, least: float, *, any_class: bool = False) -> Iterator[tuple[str, Any]]:
    """("missed", truth's box) and ("extra", handed-in box), after matching the sure ones, then the open ones."""
    for picture in truth.sizes:
        boxes, sure = list(found.get(picture, ())), truth.sure[picture]
        every = match(boxes, [*sure, *truth.open[picture]], least, any_class=any_class)
        yield from (("missed", sure[place]) for place in every.missed if place < len(sure))
        yield from (("extra", boxes[place]) for place in every.extra)


def _distance(found: Pictures, truth: Truth, least: float, *, any_class: bool = False) -> int:
    return sum(1 for _ in _differences(found, truth, least, any_class=any_class))


def _fits(found: Pictures, truth: Truth, least: float) -> bool:
    return _distance(found, truth, least) == 0


def _nearly(found: Pictures, truth: Truth, least: float, *, any_class: bool = False) -> bool:
    """Whether nearly all boxes fit: what a mistake is recognised by."""
    total = max(1, sum(len(boxes) for boxes in truth.sure.values()))
    return _distance(found, truth, least, any_class=any_class) <= MOST_UNEXPLAINED * total


def _mistake(found: Pictures, truth: Truth, least: float, key: AnswerKey, confidence: float) -> str:
    wrong = _distance(found, truth, least)
    for code, change in GEOMETRIES.items():
        changed = change(found, truth)
        if changed is not None and _nearly(changed, truth, least) and 2 * _distance(changed, truth, least) < wrong:
            return code
    if _nearly(found, truth, least, any_class=True) and 2 * _distance(found, truth, least, any_class=True) < wrong:
        return _mistaken_class(found, truth, least)
    if _says_fainter(found, truth, least, confidence):
        return "other_confidence"
    if _unsuppressed(found, truth, least):
        return "no_suppression"
    if _is_cut_elsewhere(found, truth, least, key, confidence):
        return "other_confidence"
    for mistake in key.mistakes:
        if mistake.code == "other_image_size" and _explains(rows_by_picture(mistake.value), found, least):
            return mistake.code
    if _distance(found, truth, LOOSE_MATCH) == 0:
        return "boxes_loose"
    kinds = {kind for kind, _ in _differences(found, truth, least)}
    return "boxes_missed" if "missed" in kinds else "boxes_added"


def _mistaken_class(found: Pictures, truth: Truth, least: float) -> str:
    lowered = {picture: [box._replace(label=box.label - 1) for box in boxes] for picture, boxes in found.items()}
    return "one_based_index" if _nearly(lowered, truth, least) else "other_class"


def _unsuppressed(found: Pictures, truth: Truth, least: float) -> bool:
    """Nothing is missed, and what is too many lies on what was found."""
    every = {name: [*truth.sure[name], *truth.open[name]] for name in truth.sizes}
    differences = list(_differences(found, truth, least))
    return all(
        kind == "extra" and any(iou(box, other) >= LOOSE_MATCH for boxes in every.values() for other in boxes)
        for kind, box in differences
    )


def _says_fainter(found: Pictures, truth: Truth, least: float, confidence: float) -> bool:
    """Nothing is missed, and what is too many says itself that it is under the threshold."""
    differences = list(_differences(found, truth, least))
    return all(kind == "extra" and box.confidence is not None and box.confidence < confidence
               for kind, box in differences)  # fmt: skip


def _is_cut_elsewhere(found: Pictures, truth: Truth, least: float, key: AnswerKey, confidence: float) -> bool:
    """The same boxes down to another confidence: more of the faint ones, or none but the strong ones."""
    differences = list(_differences(found, truth, least))
    missed = [box for kind, box in differences if kind == "missed"]
    extra = [box for kind, box in differences if kind == "extra"]
    if missed and not extra:
        kept = [_score(box) for boxes in truth.sure.values() for box in boxes if box not in missed]
        return bool(kept) and max(map(_score, missed)) <= min(kept) + margin_of(confidence)
    if extra and not missed:
        faint = next((rows_by_picture(m.value) for m in key.mistakes if m.code == "other_confidence"), {})
        known = [box for boxes in faint.values() for box in boxes]
        unknown = sum(not any(iou(box, other) >= least for other in known) for box in extra)
        if len(extra) > len(known):  # the key holds the best of the faint ones, not all
            unknown -= len(extra) - len(known)
        return unknown <= MOST_UNEXPLAINED * len(extra)
    return False


def _score(box: Box) -> float:
    return box.confidence or 0.0


def _explains(expected: Pictures, found: Pictures, least: float) -> bool:
    total = sum(len(boxes) for boxes in expected.values())
    wrong = 0
    for picture in expected.keys() | found.keys():
        matching = match(list(found.get(picture, ())), list(expected.get(picture, ())), least)
        wrong += len(matching.extra) + len(matching.missed)
    return total > 0 and wrong <= MOST_UNEXPLAINED * total


def _in_pixels(found: Pictures, truth: Truth) -> Pictures | None:
    """As shares of the picture, as centers or else as corners; None where they are shares already."""
    if not any(max(box[1:5]) > PIXELS for boxes in found.values() for box in boxes):
        return None
    scaled = {}
    for picture, boxes in found.items():
        width, height = truth.sizes[picture]
        scaled[picture] = [
            box._replace(x=box.x / width, y=box.y / height, w=box.w / width, h=box.h / height) for box in boxes
        ]
    ways = (scaled, _of_corners(scaled, truth), _of_corner(scaled, truth))
    return min(ways, key=lambda way: _distance(way, truth, USUAL_MATCH))


def _of_corners(found: Pictures, truth: Truth) -> Pictures:
    return {picture: [from_corners(*box[:5]) for box in boxes] for picture, boxes in found.items()}


def _of_corner(found: Pictures, truth: Truth) -> Pictures:
    moved = {}
    for picture, boxes in found.items():
        moved[picture] = [box._replace(x=box.x + box.w / 2, y=box.y + box.h / 2) for box in boxes]
    return moved


def _turned(found: Pictures, truth: Truth) -> Pictures:
    return {
        picture: [box._replace(x=box.y, y=box.x, w=box.h, h=box.w) for box in boxes] for picture, boxes in found.items()
    }


GEOMETRIES: Final[Mapping[str, Callable[[Pictures, Truth], Pictures | None]]] = {
    "pixels_for_ratios": _in_pixels,
    "corners_for_centers": _of_corners,
    "corner_for_center": _of_corner,
    "x_y_swapped": _turned,
}


def _notes(found: Pictures, truth: Truth, least: float) -> Iterator[Note]:
    """How many are missing and too many; never where, nor of which class the missing ones are."""
    for picture in truth.sizes:
        alone = Truth({picture: truth.sizes[picture]}, truth.classes, truth.sure, truth.open)
        kinds = [kind for kind, _ in _differences(found, alone, least)]
        for kind in ("missed", "extra"):
            if kind in kinds:
                yield note(f"boxes_{kind}", picture, count=kinds.count(kind))


def _matched(found: Pictures, truth: Truth, least: float) -> int:
    extra = sum(kind == "extra" for kind, _ in _differences(found, truth, least))
    return sum(len(boxes) for boxes in found.values()) - extra


def _best(found: Pictures, truth: Truth) -> float:
    """The IoU of the best box handed in."""
    overlaps = (
        iou(box, other)
        for picture in truth.sizes
        for box in found.get(picture, ())
        for other in truth.sure[picture]
        if box.label == other.label
    )
    return round(max(overlaps, default=0.0), 4)
