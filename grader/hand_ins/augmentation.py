"""``augmentation``: the hyper-parameter file with MixUp at the probability asked for; a person looks at the picture."""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from challenges.key import AnswerKey
from grader.hand_ins.inspection import Inspection, Note, Unreadable, judged, note
from grader.hand_ins.settings_yaml import read_settings
from grader.hand_ins.yolo_lines import number_of

PLACE: Final = "settings"
ORDER: Final = ("mixup_missing", "mixup_off", "mixup_percent", "mixup_other", "mosaic_off", "settings_out_of_range")
#: The settings of YOLOv5 and ultralytics that lie in a range whatever the training: (least, most).
RANGES: Final[Mapping[str, tuple[float, float]]] = {
    **dict.fromkeys(("mixup", "mosaic", "copy_paste", "flipud", "fliplr", "hsv_h", "hsv_s", "hsv_v"), (0, 1)),
    **dict.fromkeys(("lr0", "lrf", "momentum", "warmup_momentum", "warmup_bias_lr", "weight_decay"), (0, 1)),
    **dict.fromkeys(("degrees", "shear"), (-180, 180)),
    **dict.fromkeys(("box", "cls", "obj", "dfl", "cls_pw", "obj_pw", "anchor_t", "fl_gamma"), (0, 1_000)),
    "iou_t": (0, 1),
    "translate": (0, 1),
    "scale": (0, 1),
    "perspective": (0, 0.01),
    "warmup_epochs": (0, 1_000),
}
#: Names that only YOLOv5's file has: there MixUp is applied to mosaics alone.
YOLOV5: Final = ("anchor_t", "obj", "obj_pw", "fl_gamma", "iou_t")
SIGNATURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def rehearse(parts: Collection[str]) -> None:
    """Read a line of YAML, so that what it takes is there."""
    read_settings(b"mixup: 0.25  # one in four\n", PLACE)


def inspect(question: Mapping[str, Any], key: AnswerKey, files: Mapping[str, bytes]) -> Inspection:
    """The settings; of the picture only that it is one: what it shows is for a person."""
    if "picture" in files and not files["picture"].startswith(SIGNATURES):
        raise Unreadable("not_an_image", "picture")
    if "settings" not in files:
        raise Unreadable("nothing_handed_in")
    settings = read_settings(files["settings"], PLACE)
    numbers = {name: _number(settings[name]) for name in RANGES if settings.get(name) is not None}
    wrong = dict(_wrong(numbers, question["mixup"]))
    shown = {name: value for name, value in numbers.items() if name in ("mixup", "mosaic") and value is not None}
    return judged(
        wrong,
        order=ORDER,
        understood=" · ".join(f"{name} {value:g}" for name, value in shown.items()),
        notes=wrong.values(),
        figures={"settings": {name: value for name, value in numbers.items() if value is not None}},
    )


def _wrong(numbers: Mapping[str, float | None], asked: float) -> Iterator[tuple[str, Note]]:
    if "mixup" not in numbers:
        yield "mixup_missing", note("mixup_missing", PLACE)
    elif numbers["mixup"] is None:
        yield "mixup_other", note("setting_not_a_number", PLACE, name="mixup")
    else:
        yield from _wrong_mixup(numbers["mixup"], asked)
    if numbers.get("mosaic") == 0 and any(name in numbers for name in YOLOV5):
        yield "mosaic_off", note("mosaic_off", PLACE)
    for name, value in numbers.items():
        least, most = RANGES[name]
        if name != "mixup" and (value is None or not least <= value <= most):
            yield "settings_out_of_range", note("setting_out_of_range", PLACE, name=name, least=least, most=most)
            return


def _wrong_mixup(value: float, asked: float) -> Iterator[tuple[str, Note]]:
    if math.isclose(value, asked, abs_tol=1e-6):
        return
    if value == 0:
        yield "mixup_off", note("mixup_off", PLACE)
    elif math.isclose(value, 100 * asked, abs_tol=1e-6):
        yield "mixup_percent", note("mixup_percent", PLACE, found=f"{value:g}")
    else:
        yield "mixup_other", note("mixup_other", PLACE, found=f"{value:g}")


def _number(value: object) -> float | None:
    """A finite number; None for words, lists and yes or no. YAML takes 5e-4 for a word, people do not."""
    if isinstance(value, str) and "e" in value.lower():
        value = number_of(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if abs(value) < 1e12 else None
