"""Detections and annotations: every honest dialect fits, and each classic confusion is told from the others."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from challenges import pictures
from challenges.key import AnswerKey, Mistake
from grader import check_hand_in, make_answer_key, model_digest
from grader.errors import SubmissionError
from grader.hand_ins import annotation, detections
from grader.hand_ins.boxes import Box, iou
from grader.hand_ins.checking import report_of
from grader.hand_ins.inspection import Inspection, Unreadable
from tests.grader.hand_ins.making import key_of, zipped

CLASSES = ("charlie", "glasses", "mug", "key")
WIDTH, HEIGHT = 720, 540
QUESTION: dict[str, Any] = {
    "kind": "detections", "model": "course", "picture": "crowd-1", "image_size": 416, "confidence": 0.25,
}  # fmt: skip
SURE = [
    Box(0, 0.30, 0.50, 0.10, 0.22, 0.90), Box(1, 0.60, 0.40, 0.05, 0.04, 0.70), Box(3, 0.80, 0.70, 0.06, 0.09, 0.55),
    Box(2, 0.15, 0.20, 0.07, 0.05, 0.45), Box(1, 0.45, 0.85, 0.08, 0.05, 0.35), Box(3, 0.20, 0.75, 0.09, 0.12, 0.31),
]  # fmt: skip
NEAR = Box(2, 0.90, 0.15, 0.05, 0.05, 0.25)
FAINT = [Box(1, 0.05 + 0.09 * n, 0.05, 0.04, 0.03, 0.2 - 0.01 * n) for n in range(10)]
SMALLER = [box._replace(x=box.x + 0.03, w=box.w * 1.3) for box in SURE[:4]]


def rows(boxes: list[Box], picture: str = "crowd-1") -> tuple[Any, ...]:
    return tuple((picture, *box) for box in boxes)


KEY = AnswerKey(
    question=QUESTION,
    model_digest="sha256:0",
    truth=((("crowd-1", WIDTH, HEIGHT),), CLASSES, rows([*SURE, NEAR])),
    mistakes=(Mistake("other_image_size", rows(SMALLER)), Mistake("other_confidence", rows(FAINT))),
)


def text_of(boxes: list[Box], *, scores: bool = True) -> bytes:
    return "".join(
        " ".join(f"{value:g}" for value in (box if scores else box[:5]) if value is not None) + "\n" for box in boxes
    ).encode()


def judged(data: bytes) -> Inspection:
    return detections.inspect(QUESTION, KEY, {"detections": data})


def corners(box: Box) -> list[float]:
    left, top, right, bottom = box.corners
    return [left * WIDTH, top * HEIGHT, right * WIDTH, bottom * HEIGHT]


def _ours(box: Box) -> dict[str, Any]:
    return {"frame": 0, "class": CLASSES[box.label], "confidence": box.confidence, "xyxy": corners(box)}


def _ultralytics(box: Box) -> dict[str, Any]:
    named = dict(zip(("x1", "y1", "x2", "y2"), corners(box), strict=True))
    return {"name": CLASSES[box.label], "class": box.label, "confidence": box.confidence, "box": named}


def _pandas(box: Box) -> dict[str, Any]:
    return {**dict(zip(("xmin", "ymin", "xmax", "ymax"), corners(box), strict=True)), "class": box.label}


def _coco(box: Box) -> dict[str, Any]:
    left, top, right, bottom = corners(box)
    return {"category": CLASSES[box.label], "bbox": [left, top, right - left, bottom - top], "score": box.confidence}


def _shares(box: Box) -> dict[str, Any]:
    return {"class": str(box.label), "xywhn": [*box[1:5]]}


def _corner_list(box: Box) -> dict[str, Any]:
    return {"class": CLASSES[box.label].upper(), "box": corners(box)}


HONEST = {
    "YOLO text": text_of(SURE),
    "without confidences": text_of(SURE, scores=False),
    "with the box at the threshold": text_of([NEAR, *SURE]),
    "CRLF": text_of(SURE).replace(b"\n", b"\r\n"),
    "moved by a pixel": text_of([box._replace(x=box.x + 1 / WIDTH) for box in SURE]),
    "one zip": zipped({"labels/crowd-1.txt": text_of(SURE), "__MACOSX/labels/._crowd-1.txt": b"\0"}),
    "our command": json.dumps({"source": "crowd-1.jpg", "boxes": [_ours(box) for box in SURE]}).encode(),
    "by picture": json.dumps({"crowd-1.jpg": [_ours(box) for box in SURE]}).encode(),
    **{
        name: json.dumps([write(box) for box in SURE], indent=1).encode()
        for name, write in {
            "ultralytics": _ultralytics, "pandas": _pandas, "COCO": _coco, "shares": _shares, "corners": _corner_list,
        }.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
def test_every_honest_dialect_fits(name: str) -> None:
    inspection = judged(HONEST[name])
    assert inspection.verdict == "correct", inspection
    assert inspection.figures["best_iou"] > 0.9


def _every(change: Callable[[Box], Box]) -> list[Box]:
    return [change(box) for box in SURE]


SLIPS: dict[str, list[tuple[str, list[Box]]]] = {
    "pixels_for_ratios": [
        ("centers", _every(lambda b: b._replace(x=b.x * 720, y=b.y * 540, w=b.w * 720, h=b.h * 540))),
        ("corners", _every(lambda b: Box(b.label, *corners(b)))),
    ],
    "corners_for_centers": [("corners", _every(lambda b: Box(b.label, *b.corners)))],
    "corner_for_center": [("COCO", _every(lambda b: b._replace(x=b.x - b.w / 2, y=b.y - b.h / 2)))],
    "x_y_swapped": [("turned", _every(lambda b: b._replace(x=b.y, y=b.x, w=b.h, h=b.w)))],
    "one_based_index": [("from one", _every(lambda b: b._replace(label=b.label + 1)))],
    "other_class": [("all alike", _every(lambda b: b._replace(label=0)))],
    "no_suppression": [("twice", [*SURE, *_every(lambda b: b._replace(x=b.x + 0.01, confidence=0.3))])],
    "other_confidence": [
        ("too high", SURE[:3]),
        ("too low", [*SURE, NEAR, *FAINT[:6]]),
        ("too low, unsaid", [box._replace(confidence=None) for box in [*SURE, NEAR, *FAINT[:6]]]),
        ("far too low", [*SURE, NEAR, *FAINT, *(Box(0, 0.5, 0.05 * n, 0.02, 0.02, 0.01) for n in range(12))]),
        ("one too few", SURE[:5]),
    ],
    "other_image_size": [("smaller", SMALLER)],
    "boxes_loose": [("too large", _every(lambda b: b._replace(w=b.w * 1.25, h=b.h * 1.25)))],
    "boxes_missed": [("a strong one", SURE[1:]), ("all", [])],
    "boxes_added": [("from nowhere", [*SURE, Box(0, 0.9, 0.9, 0.1, 0.1, 0.6)])],
}


@pytest.mark.parametrize(("mistake", "slip"), [(m, slip) for m, slips in SLIPS.items() for slip in slips])
def test_each_confusion_is_told_from_the_others(mistake: str, slip: tuple[str, list[Box]]) -> None:
    inspection = judged(text_of(slip[1]))
    assert (inspection.verdict, inspection.mistake) == ("wrong", mistake), inspection.notes


def test_what_is_told_of_a_wrong_hand_in_never_says_where() -> None:
    report = report_of("detections", judged(text_of(SURE[1:])))
    told = json.dumps(report.to_json())
    assert "1 of the network's boxes" in told
    assert not any(f"{value:g}" in told for box in SURE[:1] for value in box[1:5])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"charlie 0.5 0.5 0.1 0.1\n", "box_line"),
        (b"0 0.5 0.5\n", "box_line"),
        (b"0 nan 0.5 0.1 0.1\n", "box_line"),
        (b"0 0.5 0.5 0.1 0.1\n" * 1_001, "too_many_boxes"),
        (b"[{]", "json_invalid"),
        (b"[NaN]", "json_invalid"),
        (b"[" * 100_000, "json_invalid"),
        (b"{}", "json_not_boxes"),
        (b"[1]", "json_not_boxes"),
        (b'[{"xyxy": [1, 2, 3, 4]}]', "json_no_class"),
        (b'[{"class": 0, "xyxy": [1, 2, 3]}]', "json_no_box"),
        (b'[{"class": 0, "xyxy": [1, 2, 3, 1e300]}]', "json_no_box"),
        (b'[{"class": 0}]', "json_no_box"),
        (zipped({"other.txt": b""}), "no_picture_files"),
        (zipped({"a/crowd-1.txt": b"", "b/crowd-1.txt": b""}), "picture_twice"),
    ],
)
def test_what_holds_no_boxes_is_malformed(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        judged(data)
    assert refused.value.note.code == code


def test_iou_of_boxes_apart_within_and_without_area() -> None:
    box = Box(0, 0.5, 0.5, 0.2, 0.2)
    assert iou(box, box) == pytest.approx(1)
    assert iou(box, box._replace(x=0.9)) == 0
    assert iou(box, box._replace(w=0.1)) == pytest.approx(0.5)
    assert iou(box, box._replace(w=0)) == 0
    assert iou(box, box._replace(w=-0.2)) == 0


REAL = {
    "kind": "detections", "model": str(Path("fixtures/weights/charlie_yolov5n.pt")), "picture": "crowd-1",
    "image_size": 416, "confidence": 0.25, "iou": 0.45,
}  # fmt: skip


@pytest.mark.slow
def test_the_real_network_finds_what_its_key_says(tmp_path: Path) -> None:
    key = make_answer_key(REAL)
    assert not key.collides
    truth = detections.truth_of(key, 0.25)
    file = tmp_path / "crowd-1.txt"
    file.write_bytes(text_of(list(truth.sure["crowd-1"])))
    assert check_hand_in(REAL, key, {"detections": file}).verdict == "correct"
    for mistake in key.mistakes:
        if mistake.code == "other_image_size":
            wrong = detections.rows_by_picture(mistake.value)["crowd-1"]
            inspection = detections.inspect(REAL, key, {"detections": text_of(wrong)})
            assert inspection.verdict == "wrong"
    assert key.material is not None
    assert key.material.name == "pictures.zip"


def test_a_network_without_weights_detects_nothing_and_is_refused() -> None:
    with pytest.raises(SubmissionError, match="untrained_model"):
        make_answer_key({**REAL, "model": "yolov5n"})


def test_an_unknown_picture_is_refused_and_other_bytes_are_another_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SubmissionError, match="unknown_picture"):
        model_digest({**REAL, "picture": "nowhere"})
    before = model_digest(REAL)
    assert before != model_digest({**REAL, "picture": "crowd-2"})
    other = tmp_path / "crowd-1.jpg"
    other.write_bytes(pictures.find("crowd-2").read_bytes())
    monkeypatch.setattr("grader.keys.identity.find_picture", lambda name: other)
    assert model_digest(REAL) != before


HAND: dict[str, Any] = {"kind": "annotation", "pictures": ["crowd-1", "crowd-2"], "classes": list(CLASSES)}
HAND_KEY = key_of(HAND)
DRAWN = {name: [Box(*label) for label in pictures.labels_of(name)] for name in ("crowd-1", "crowd-2")}


def labelled(**changed: list[Box]) -> Inspection:
    files = {f"obj_train_data/{name}.txt": text_of(boxes) for name, boxes in {**DRAWN, **changed}.items()}
    return annotation.inspect(HAND, HAND_KEY, {"labels": zipped({**files, "obj.names": "\n".join(CLASSES).encode()})})


def test_cvats_export_passes_whatever_the_order_of_its_classes() -> None:
    assert labelled().verdict == "correct"
    turned = {f"obj_train_data/{name}.txt": text_of([box._replace(label=3 - box.label) for box in boxes])
              for name, boxes in DRAWN.items()}  # fmt: skip
    export = zipped({**turned, "obj.names": b"key\nmug\nglasses\ncharlie\n", "obj.data": b"classes = 4\n"})
    assert annotation.inspect(HAND, HAND_KEY, {"labels": export}).verdict == "correct"


def test_boxes_drawn_by_hand_need_not_be_perfect() -> None:
    loose = [box._replace(w=box.w * 1.15, h=box.h * 1.1) for box in DRAWN["crowd-1"]]
    assert labelled(**{"crowd-1": loose}).verdict == "correct"


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (lambda boxes: boxes[1:], "objects_missed"),
        (lambda boxes: [], "objects_missed"),
        (lambda boxes: [*boxes, Box(0, 0.02, 0.02, 0.03, 0.03)], "objects_invented"),
        (lambda boxes: [boxes[0]._replace(label=2), *boxes[1:]], "other_class"),
        (lambda boxes: [boxes[0]._replace(w=boxes[0].w * 3), *boxes[1:]], "boxes_loose"),
    ],
)
def test_what_is_not_labelled_well_is_named_but_never_where(
    change: Callable[[list[Box]], list[Box]], mistake: str
) -> None:
    inspection = labelled(**{"crowd-1": change(DRAWN["crowd-1"])})
    assert (inspection.verdict, inspection.mistake) == ("wrong", mistake), inspection.notes
    told = json.dumps(report_of("annotation", inspection).to_json())
    assert not any(f"{value:g}" in told for value in DRAWN["crowd-1"][0][1:5])


def test_a_hand_in_for_one_of_two_pictures_misses_the_others_objects() -> None:
    export = zipped({"crowd-1.txt": text_of(DRAWN["crowd-1"])})
    assert annotation.inspect(HAND, HAND_KEY, {"labels": export}).mistake == "objects_missed"


def test_a_text_file_is_for_one_picture_only() -> None:
    with pytest.raises(Unreadable) as refused:
        annotation.inspect(HAND, HAND_KEY, {"labels": text_of(DRAWN["crowd-1"])})
    assert refused.value.note.code == "one_file_each"
    one = {**HAND, "pictures": ["crowd-1"]}
    assert annotation.inspect(one, key_of(one), {"labels": text_of(DRAWN["crowd-1"])}).verdict == "correct"


def test_a_checkpoint_of_the_checkout_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = model_digest(REAL)
    monkeypatch.chdir(tmp_path)
    assert model_digest(REAL) == before
