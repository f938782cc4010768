"""Boxes as they are handed in: YOLO label text, JSON in its several dialects, or a zip with a file for each picture.

Where a dialect leaves open what four numbers mean, every honest reading is given: the judge takes the one that fits.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from grader.contract import read_json
from grader.hand_ins.archives import is_zip, open_zip
from grader.hand_ins.boxes import Box, from_corners
from grader.hand_ins.inspection import Unreadable
from grader.hand_ins.texts import lines_of, text_of
from grader.hand_ins.yolo_lines import read_line

MOST_BOXES: Final = 1_000  # a picture
LARGEST: Final = 1e5
#: From here on a coordinate is in pixels: YOLO's are shares, a little outside of the picture at most.
PIXELS: Final = 1.5
_SCORES: Final = ("confidence", "conf", "score")
_NAMES: Final = ("name", "class_name", "class", "category", "label", "cls")
_PICTURES: Final = ("picture", "image", "file", "source")
_LISTS: Final = ("boxes", "detections", "predictions", "results", "objects")
_CORNERS: Final = (("x1", "y1", "x2", "y2"), ("xmin", "ymin", "xmax", "ymax"))

Sizes = Mapping[str, tuple[int, int]]
#: picture → boxes, for each reading.
Readings = list[dict[str, list[Box]]]


def read_boxes(data: bytes, place: str, sizes: Sizes, classes: Sequence[str]) -> Readings:
    """Every way in which the hand-in can be understood, the likeliest first. Raises ``Unreadable``."""
    if is_zip(data):
        return [_merged(_from_zip(data, sizes, classes))]
    text = text_of(data, place)
    if text.lstrip()[:1] in ("[", "{"):
        return _from_json(text, place, sizes, classes)
    if len(sizes) > 1:
        raise Unreadable("one_file_each", place)
    return [{next(iter(sizes)): _from_text(text, place)}]


def _from_zip(data: bytes, sizes: Sizes, classes: Sequence[str]) -> Iterator[dict[str, list[Box]]]:
    """``crowd-1.txt`` for each picture, wherever it lies; CVAT's ``obj.names`` says what its numbers mean."""
    files = open_zip(data)
    renumbered = _own_names(files, classes)
    for path, content in files.items():
        stem = path.rpartition("/")[2].strip().lower().removesuffix(".txt")
        if stem in sizes and path.lower().rstrip().endswith(".txt"):
            boxes = _from_text(text_of(content, path), path)
            yield {stem: [box._replace(label=renumbered.get(box.label, box.label)) for box in boxes]}


def _own_names(files: Mapping[str, bytes], classes: Sequence[str]) -> dict[int, int]:
    """The file's number of a class → ours, where the zip brings its own list of names."""
    for path, content in files.items():
        if path.rpartition("/")[2] in ("obj.names", "classes.txt"):
            names = [line.strip().lower() for line in lines_of(text_of(content, path), path)]
            ours = [name.lower() for name in classes]
            return {place: ours.index(name) for place, name in enumerate(names) if name in ours}
    return {}


def _merged(parts: Iterator[dict[str, list[Box]]]) -> dict[str, list[Box]]:
    merged: dict[str, list[Box]] = {}
    for part in parts:
        for picture, boxes in part.items():
            if picture in merged:
                raise Unreadable("picture_twice", picture)
            merged[picture] = boxes
    if not merged:
        raise Unreadable("no_picture_files")
    return merged


def _from_text(text: str, place: str) -> list[Box]:
    boxes = []
    for number, line in enumerate(lines_of(text, place), start=1):
        if not line.strip():
            continue
        found = read_line(line)
        if found is None:
            raise Unreadable("box_line", f"{place}:{number}")
        boxes.append(Box(found.label, *found.box, found.confidence))
    return _few(boxes, place)


def _few(boxes: list[Box], place: str) -> list[Box]:
    if len(boxes) > MOST_BOXES:
        raise Unreadable("too_many_boxes", place, limit=MOST_BOXES)
    return boxes


def _from_json(text: str, place: str, sizes: Sizes, classes: Sequence[str]) -> Readings:
    try:
        content: Any = read_json(text)
    except ValueError as error:
        raise Unreadable("json_invalid", place) from error
    readings: Readings = [{}, {}, {}]
    for picture, objects in _by_picture(content, place, sizes):
        for number, item in enumerate(objects, start=1):
            where = f"{place}:{number}"
            boxes = list(_readings_of(item, where, sizes[picture], classes))
            for reading, box in zip(readings, [*boxes, *boxes[:1] * 2][:3], strict=True):
                _few(reading.setdefault(picture, []), place).append(box)
    return [reading for place, reading in enumerate(readings) if reading not in readings[:place]]


def _by_picture(content: Any, place: str, sizes: Sizes) -> Iterator[tuple[str, list[Any]]]:
    """A list of objects; the same under a usual name; or one such list under each picture's name."""
    if isinstance(content, dict):
        named = {picture: value for name, value in content.items() if (picture := _stem(name)) in sizes}
        if named:
            for picture, value in named.items():
                yield from ((picture, objects) for _, objects in _by_picture(value, place, {picture: sizes[picture]}))
            return
        content = next((content[name] for name in _LISTS if isinstance(content.get(name), list)), None)
    if not isinstance(content, list):
        raise Unreadable("json_not_boxes", place)
    only = next(iter(sizes)) if len(sizes) == 1 else None
    for item in content:
        told = next((_stem(item[name]) for name in _PICTURES if item.get(name)), "") if isinstance(item, dict) else ""
        picture = told if told in sizes else (only or "")
        if not picture:
            raise Unreadable("json_no_picture", place)
        yield picture, [item]


def _stem(name: object) -> str:
    return str(name).replace("\\", "/").rpartition("/")[2].strip().lower().removesuffix(".jpg").removesuffix(".png")


def _readings_of(item: Any, where: str, size: tuple[int, int], classes: Sequence[str]) -> Iterator[Box]:
    """The box of one JSON object, in each way that its four numbers can be meant."""
    if not isinstance(item, dict):
        raise Unreadable("json_not_boxes", where)
    label = _label(item, where, classes)
    confidence = next((float(item[name]) for name in _SCORES if _is_number(item.get(name))), None)
    for a, b, c, d in _fours(item, where, size):
        yield Box(label, a, b, c, d, confidence)


def _label(item: Mapping[str, Any], where: str, classes: Sequence[str]) -> int:
    known = [name.lower() for name in classes]
    for field in _NAMES:
        value = item.get(field)
        if isinstance(value, str) and value.strip().isdecimal() and len(value) < 6:
            value = int(value)
        if isinstance(value, str):
            # a class that the network does not have is wrong, not unreadable
            return known.index(value.strip().lower()) if value.strip().lower() in known else len(known)
        if isinstance(value, int | float) and _is_number(value):
            return int(value)
    raise Unreadable("json_no_class", where)


def _fours(item: Mapping[str, Any], where: str, size: tuple[int, int]) -> Iterator[tuple[float, float, float, float]]:
    """(x, y, w, h), center and size as shares."""
    for corners in _CORNERS:
        for holder in (item.get("box"), item.get("bbox"), item):
            if isinstance(holder, dict) and all(_is_number(holder.get(name)) for name in corners):
                yield _centered(_shares([holder[name] for name in corners], size))
                return
    for name in ("xyxy", "xyxyn"):
        if name in item:
            yield _centered(_shares(_four(item[name], where), size))
            return
    for name in ("xywh", "xywhn"):
        if name in item:
            yield _shares(_four(item[name], where), size)
            return
    for name in ("box", "bbox", "coordinates"):
        if name in item:
            four = _shares(_four(item[name], where), size)
            left, top, width, height = four
            yield _centered(four)
            yield four
            yield left + width / 2, top + height / 2, width, height
            return
    raise Unreadable("json_no_box", where)


def _four(value: Any, where: str) -> list[float]:
    if isinstance(value, list) and len(value) == 1:  # ultralytics' tensors have one row
        value = value[0]
    if isinstance(value, list) and len(value) == 4 and all(_is_number(number) for number in value):
        return [float(number) for number in value]
    raise Unreadable("json_no_box", where)


def _shares(four: Sequence[float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    width, height = size if max(map(abs, four)) > PIXELS else (1, 1)
    return four[0] / width, four[1] / height, four[2] / width, four[3] / height


def _centered(four: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return from_corners(0, *four)[1:5]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
