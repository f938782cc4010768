"""``annotation``: objects boxed by hand on given pictures, as YOLO text or as CVAT's export.

The truth is what was drawn: (pictures: (name, width, height); boxes: (picture, class, x, y, w, h)). Nothing that is
told says where a missed object is: looking for it is the quest.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from challenges.key import AnswerKey
from grader.hand_ins import detections
from grader.hand_ins.box_files import read_boxes
from grader.hand_ins.boxes import Box, match
from grader.hand_ins.detections import GEOMETRIES, Pictures, Truth
from grader.hand_ins.inspection import Inspection, Note, judged, note

ORDER: Final = (
    *("pixels_for_ratios", "corners_for_centers", "corner_for_center", "x_y_swapped", "one_based_index"),
    *("other_class", "objects_missed", "objects_invented", "boxes_loose"),
)
USUAL_MATCH: Final = 0.5
LOOSE_MATCH: Final = 0.2


def rehearse(parts: Collection[str]) -> None:
    """Read a box in each form."""
    detections.rehearse(parts)


def inspect(question: Mapping[str, Any], key: AnswerKey, files: Mapping[str, bytes]) -> Inspection:
    """Every object found once, with its class, and nothing else boxed."""
    classes, least = question["classes"], question.get("match_iou", USUAL_MATCH)
    truth = _truth(key, classes)
    readings = read_boxes(files["labels"], "labels", truth.sizes, classes)
    found = min(readings, key=lambda reading: len(list(_differences(reading, truth, least))))
    differences = list(_differences(found, truth, least))
    mistake = _mistake(found, truth, least, differences) if differences else None
    count = sum(len(boxes) for boxes in found.values())
    total = sum(len(boxes) for boxes in truth.sure.values())
    return judged(
        [] if mistake is None else [mistake],
        order=ORDER,
        understood=f"{count} × □",
        notes=_notes(found, differences, classes) if differences else (),
        figures={"boxes": count, "objects": total, "found": total - sum(kind == "missed" for kind, *_ in differences)},
    )


def _truth(key: AnswerKey, classes: Sequence[str]) -> Truth:
    rows: Any = key.truth
    pictures, boxes = rows
    drawn: dict[str, list[Box]] = {name: [] for name, _, _ in pictures}
    for picture, *box in boxes:
        drawn[picture].append(Box(*box))
    sizes = {name: (width, height) for name, width, height in pictures}
    return Truth(sizes, classes, drawn, {name: [] for name in sizes})


def _differences(found: Pictures, truth: Truth, least: float) -> Iterator[tuple[str, str, Box]]:
    """(kind, picture, box), the kind being missed, extra, class or loose; the box is the truth's, or the extra one."""
    for picture, drawn in truth.sure.items():
        boxes = list(found.get(picture, ()))
        strict = match(boxes, drawn, least)
        alone, missed = [boxes[place] for place in strict.extra], [drawn[place] for place in strict.missed]
        for kind, iou_least, any_class in (("class", least, True), ("loose", LOOSE_MATCH, False)):
            again = match(alone, missed, iou_least, any_class=any_class)
            yield from ((kind, picture, missed[place]) for _, place, _ in again.pairs)
            alone, missed = [alone[place] for place in again.extra], [missed[place] for place in again.missed]
        yield from (("missed", picture, box) for box in missed)
        yield from (("extra", picture, box) for box in alone)


def _mistake(found: Pictures, truth: Truth, least: float, differences: list[tuple[str, str, Box]]) -> str:
    for code, change in GEOMETRIES.items():
        changed = change(found, truth)
        if changed is not None and 2 * len(list(_differences(changed, truth, least))) < len(differences):
            return code
    lowered = {picture: [box._replace(label=box.label - 1) for box in boxes] for picture, boxes in found.items()}
    if 2 * len(list(_differences(lowered, truth, least))) < len(differences):
        return "one_based_index"
    codes = {"class": "other_class", "missed": "objects_missed", "extra": "objects_invented", "loose": "boxes_loose"}
    return min((codes[kind] for kind, *_ in differences), key=ORDER.index)


def _notes(found: Pictures, differences: list[tuple[str, str, Box]], classes: Sequence[str]) -> Iterator[Note]:
    """How many of which class in which picture: never where."""
    counted = Counter((kind, picture, box.label) for kind, picture, box in differences)
    for (kind, picture, label), count in sorted(counted.items()):
        name = classes[label] if 0 <= label < len(classes) else str(label)
        yield note(f"objects_{kind}", picture, count=count, name=name)
