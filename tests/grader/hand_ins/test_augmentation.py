"""MixUp: the settings files of both YOLOs pass, classic slips are named, YAML's tricks are refused."""

from itertools import pairwise

import pytest

from grader.hand_ins.augmentation import inspect
from grader.hand_ins.inspection import Inspection, Unreadable
from tests.grader.hand_ins.making import key_of

QUESTION = {"kind": "augmentation", "mixup": 0.25}
KEY = key_of(QUESTION)
YOLOV5 = """\
# YOLOv5 hyper-parameters
lr0: 0.01  # initial learning rate
lrf: 0.1
momentum: 0.937
weight_decay: 5e-4
warmup_epochs: 3.0
box: 0.05
cls: 0.3
obj: 0.7
iou_t: 0.2
anchor_t: 4.0
fl_gamma: 0.0
hsv_h: 0.015
degrees: 0.0
translate: 0.1
scale: 0.9
perspective: 0.0
fliplr: 0.5
mosaic: 1.0
mixup: 0.25  # one in four
copy_paste: 0.1
"""
ULTRALYTICS = "task: detect\nmode: train\nmodel: yolov8n.pt\nlr0: 0.01\nbox: 7.5\nmosaic: 0.0\nmixup: 0.25\nseed: 0\n"


def judged(text: str) -> Inspection:
    return inspect(QUESTION, KEY, {"settings": text.encode()})


@pytest.mark.parametrize(
    "text",
    [
        YOLOV5, ULTRALYTICS, "\ufeff" + YOLOV5, YOLOV5.replace("\n", "\r\n"), "mixup: 0.25", "mixup: 2.5e-1",
        "weights: yolov5n.pt\nhyp: {lr0: 0.01, mixup: 0.25, mosaic: 1.0}\n",
    ],
)  # fmt: skip
def test_both_yolos_settings_pass(text: str) -> None:
    inspection = judged(text)
    assert inspection.verdict == "correct", inspection.notes
    assert inspection.figures["settings"]["mixup"] == 0.25


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (YOLOV5.replace("mixup: 0.25", "mixup: 0.0"), "mixup_off"),
        (YOLOV5.replace("mixup: 0.25", "mixup: 25"), "mixup_percent"),
        (YOLOV5.replace("mixup: 0.25", "mixup: 0.5"), "mixup_other"),
        (YOLOV5.replace("mixup: 0.25", "mixup: yes"), "mixup_other"),
        (YOLOV5.replace("mixup: 0.25", "mixup: .nan"), "mixup_other"),
        (YOLOV5.replace("mixup", "mix_up"), "mixup_missing"),
        (YOLOV5.replace("mosaic: 1.0", "mosaic: 0.0"), "mosaic_off"),
        (YOLOV5.replace("fliplr: 0.5", "fliplr: 50"), "settings_out_of_range"),
    ],
)
def test_each_slip_is_named(text: str, mistake: str) -> None:
    assert judged(text).mistake == mistake


LETTERS = "abcdefghijklmnopqrst"
BOMB = "a: &a [x, x]\n" + "".join(f"{new}: &{new} [*{old}, *{old}]\n" for old, new in pairwise(LETTERS))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mixup: [", "yaml_invalid"),
        ("mixup: !!python/object/apply:os.system ['true']", "yaml_invalid"),
        ("mixup: 2026-99-99", "yaml_invalid"),
        ("- mixup", "yaml_not_settings"),
        ("", "yaml_not_settings"),
        (BOMB, "yaml_alias"),
        ("a: " + "[" * 50 + "]" * 50, "yaml_too_large"),
        ("a: [" + "x, " * 10_000 + "]", "yaml_too_large"),
        ("mixup: 0.0\nmixup: 0.25", "yaml_twice"),
    ],
)
def test_what_is_no_settings_file_is_malformed(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        judged(text)
    assert refused.value.note.code == code


@pytest.mark.parametrize("picture", [b"\xff\xd8\xff\xe0...", b"\x89PNG\r\n\x1a\n..."])
def test_a_picture_is_only_known_to_be_one(picture: bytes) -> None:
    files = {"settings": YOLOV5.encode(), "picture": picture}
    assert inspect(QUESTION, KEY, files).verdict == "correct"
    with pytest.raises(Unreadable) as refused:
        inspect(QUESTION, KEY, {**files, "picture": b"<svg onload=alert(1)>"})
    assert refused.value.note.code == "not_an_image"
