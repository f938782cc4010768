"""A whole report of the grader, as its contract has it, small enough to read and made for the pages' tests."""

from typing import Any, Final

CLASSES: Final = ("charlie", "glasses", "mug", "key")
POINTS: Final = 101


def a_report(score: float = 0.4, *, classes: tuple[str, ...] = CLASSES, **more: Any) -> dict[str, Any]:
    """Ratios around ``score``; 100 objects in 40 pictures; each class a little worse than the one before."""
    each = {name: max(0.0, score - 0.04 * index) for index, name in enumerate(classes)}
    grid = [round(index / (POINTS - 1), 4) for index in range(POINTS)]
    falling = [round(1 - value, 4) for value in grid]
    f1 = [round(2 * a * b / (a + b), 4) if a + b else 0.0 for a, b in zip(grid, falling, strict=True)]
    curve = {"precision": grid, "recall": falling, "f1": f1}
    whole = {"map50": min(1.0, score + 0.1), "map50_95": score, "precision": 0.6, "recall": 0.5, "f1": 0.5455}
    size = {"map50": whole["map50"], "map50_95": score, "recall": 0.5, "instances": 40}
    return {
        **whole,
        "best_confidence": 0.41,
        "images": 40,
        "instances": 100,
        "clusters": 8,
        "per_class": {
            name: {
                "ap50": min(1.0, value + 0.1),
                "ap50_95": value,
                "precision": 0.6,
                "recall": 0.5,
                "f1": 0.5455,
                "instances": 25,
            }
            for name, value in each.items()
        },
        "conventions": {
            "yolov5": whole,
            "ultralytics": whole | {"map50_95": round(score + 0.002, 4)},
            "coco": whole | {"map50_95": round(score - 0.003, 4), "precision": None, "recall": None, "f1": None},
        },
        "per_size": {
            "small": size,
            "medium": size | {"map50_95": round(score / 2, 4), "instances": 60},
            "large": {"map50": None, "map50_95": None, "recall": None, "instances": 0},
        },
        "curves": {"confidence": grid, **curve, "per_class": dict.fromkeys(classes, curve)},
        "pr": {"recall": grid, "precision": falling, "per_class": dict.fromkeys(classes, falling)},
        "confusion": {
            "names": [*classes, "background"],
            "counts": [
                [17 if row == column else (3 if row < column else 8) for column in range(len(classes) + 1)]
                for row in range(len(classes) + 1)
            ],
            "confidence": 0.25,
            "iou": 0.45,
        },
        "errors": {"missed": 43, "false_alarms": 12, "confused": 7, "badly_placed": 9, "duplicates": 1},
        "intervals": {"map50": [score, min(1.0, score + 0.2)], "map50_95": [score - 0.05, score + 0.05]},
        **more,
    }


def a_record(**more: Any) -> dict[str, Any]:
    """What an evaluation was made of, as the grader writes it."""
    machine = {
        "processor": "Xeon Silver 4314",
        "cores": 16,
        "memory_bytes": 137_438_953_472,
        "device": "cpu",
        "system": "Linux 6.8",
    }
    return {
        "weights": "sha256:" + "5e" * 32,
        "dataset": "sha256:" + "7c" * 32,
        "metric": "1",
        "engine": "torch 2.14.1",
        "convention": "yolov5",
        "settings": {"letterbox": "square", "confidence": 0.001, "iou": 0.6, "max_detections": 300},
        "image_size": 416,
        "machine": machine,
        "seed": 0,
        "parts_seed_digest": "sha256:" + "9a" * 32,
        "fingerprint": "sha256:" + "ab" * 32,
        **more,
    }


def a_gallery(*, images: int = 3, split: str = "val") -> dict[str, Any]:
    """A gallery whose pictures each hold one box of every verdict, and one object that nobody found."""
    truths = [
        {"class": "mug", "box": [10, 10, 60, 60], "size": "medium", "found": True},
        {"class": "key", "box": [100, 10, 120, 30], "size": "small", "found": False},
        {"class": "charlie", "box": [200, 10, 400, 300], "size": "large", "found": False},
        {"class": "glasses", "box": [420, 40, 460, 80], "size": "medium", "found": False},
    ]
    found = [
        {"class": "mug", "box": [11, 11, 60, 60], "confidence": 0.9, "verdict": "right", "truth": 0},
        {"class": "mug", "box": [12, 8, 64, 62], "confidence": 0.5, "verdict": "duplicate", "truth": 0},
        {"class": "mug", "box": [198, 12, 398, 305], "confidence": 0.4, "verdict": "confused", "truth": 2},
        {"class": "glasses", "box": [440, 40, 500, 80], "confidence": 0.6, "verdict": "badly_placed", "truth": 3},
        {"class": "charlie", "box": [300, 320, 330, 350], "confidence": 0.3, "verdict": "false_alarm", "truth": None},
    ]
    return {
        "split": split,
        "confidence": 0.25,
        "names": list(CLASSES),
        "images": [
            {"image": f"images/{split}/{number}.jpg", "width": 640, "height": 480, "truths": truths, "found": found}
            for number in range(images)
        ],
    }
