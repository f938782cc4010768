"""Outcomes of evaluations as the grader writes them: whole reports, parts, a record, a gallery; no network needed."""

import base64
import math
from collections.abc import Mapping, Sequence
from typing import Any

from grader import METRIC_VERSION, Outcome
from grader.reports import DRAWS, ERRORS, POINTS

CLASSES = ("charlie", "glasses")
DIGEST = "sha256:" + "5e" * 32

_AXIS = [round(point / (POINTS - 1), 4) for point in range(POINTS)]


def an_outcome(
    score: float = 0.5,
    *,
    public: float | None = None,
    private: float | None = None,
    classes: Sequence[str] = CLASSES,
    spread: float = 0.02,
    architecture: str = "yolov5n",
    parameters: int = 1_767_283,
    gallery: bool = True,
    sketch: bytes | None = b"sketch",
    digest: str = DIGEST,
    metrics: Mapping[str, Any] | None = None,
    record: Mapping[str, Any] | None = None,
    job: str = "1.1",
) -> Outcome:
    """An evaluation that went well, with every key. With ``public`` or ``private`` it has both parts (``score`` is the
    default of either); ``metrics`` and ``record`` replace single keys. Draws of equal ``spread`` are paired:
    two outcomes differ in every draw by the difference of their scores."""
    beside = {"gflops": 4.1, "ms_per_image": 12.5, "parameters": parameters, "image_size": 416}
    seconds = {"decode": 0.5, "predict": 1.5, "match": 0.1, "total": 2.5}
    parts = None
    if public is not None or private is not None:
        figures = {"public": score if public is None else public, "private": score if private is None else private}
        parts = {name: a_report(value, classes=classes, spread=spread, images=50) for name, value in figures.items()}
    whole = a_report(score, classes=classes, spread=spread)
    seen = score if parts is None else parts["public"]["map50_95"]
    told = ("   0.10 s  weights: 3 bytes", f"   2.40 s  mAP50-95 {seen:.4f} (yolov5)")
    outcome = Outcome(
        job=job,
        status="done",
        metrics={**whole, **beside, "seconds": seconds, **(metrics or {})},
        checkpoint={
            "format": "torch",
            "architecture": architecture,
            "classes": list(classes),
            "parameters": parameters,
            "image_size": 416,
            "digest": digest,
            "gflops": 4.1,
        },
        log=(*told, "   2.50 s  done"),
        safe_log=told,
        seconds=seconds,
        parts=parts,
        record={**a_record(weights=digest, split_in_parts=parts is not None), **(record or {})},
        gallery=a_gallery(classes) if gallery else None,
        sketch=None if sketch is None else base64.b64encode(sketch).decode(),
    )
    return Outcome.from_json(outcome.to_json())


def a_report(
    score: float, *, classes: Sequence[str] = CLASSES, spread: float = 0.02, images: int = 100
) -> dict[str, Any]:
    """Every key of a report; ``map50_95`` is the score, ``map50`` a tenth above it."""
    ratios = {"map50": min(1.0, score + 0.1), "map50_95": score, "precision": 0.6, "recall": 0.5, "f1": 0.5455}
    row = {"ap50": ratios["map50"], "ap50_95": score, "precision": 0.6, "recall": 0.5, "f1": 0.5455, "instances": 30}
    curve = {"precision": _AXIS, "recall": _AXIS[::-1], "f1": _AXIS}
    coco = {**ratios, "precision": None, "recall": None, "f1": None}
    names = [*classes, "background"]
    draws = {name: _draws(ratios[name], spread) for name in ("map50", "map50_95")}
    return {
        **ratios,
        "best_confidence": 0.4,
        "images": images,
        "instances": 30 * len(classes),
        "clusters": max(1, images // 5),
        "per_class": {name: dict(row) for name in classes},
        "conventions": {"yolov5": ratios, "ultralytics": ratios, "coco": coco},
        "per_size": {
            "small": {"map50": None, "map50_95": None, "recall": None, "instances": 0},
            "medium": {"map50": ratios["map50"], "map50_95": score, "recall": 0.5, "instances": 20 * len(classes)},
            "large": {"map50": ratios["map50"], "map50_95": score, "recall": 0.5, "instances": 10 * len(classes)},
        },
        "curves": {"confidence": _AXIS, **curve, "per_class": {name: dict(curve) for name in classes}},
        "pr": {"recall": _AXIS, "precision": _AXIS[::-1], "per_class": dict.fromkeys(classes, _AXIS[::-1])},
        "confusion": {
            "names": names,
            "counts": [[20 if row == column else 3 for column in range(len(names))] for row in range(len(names))],
            "confidence": 0.25,
            "iou": 0.45,
        },
        "errors": dict.fromkeys(ERRORS, 7),
        "intervals": {name: [sorted(draw)[5], sorted(draw)[-6]] for name, draw in draws.items()},
        "draws": draws,
    }


def a_record(*, weights: str = DIGEST, split_in_parts: bool = False) -> dict[str, Any]:
    return {
        "weights": weights,
        "dataset": "sha256:" + "da" * 32,
        "metric": METRIC_VERSION,
        "engine": "torch 2.14.1",
        "convention": "yolov5",
        "configuration": "",
        "settings": {"letterbox": "square", "confidence": 0.001, "iou": 0.6, "max_detections": 300, "batch_size": 32},
        "image_size": 416,
        "machine": {
            "processor": "a processor",
            "cores": 2,
            "memory_bytes": 8 << 30,
            "device": "cpu",
            "system": "Linux 6.1 x86_64",
        },
        "seed": 0,
        "public_percent": 50 if split_in_parts else 100,
        "parts_seed_digest": "sha256:" + "00" * 32,
        "fingerprint": "sha256:" + "f1" * 32,
    }


def a_gallery(classes: Sequence[str] = CLASSES) -> dict[str, Any]:
    """One picture with every verdict and an object that was missed."""
    first, other = classes[0], classes[-1]
    verdicts = [("right", first, 0), ("badly_placed", first, 1), ("duplicate", first, 0), ("confused", other, 1)]
    found = [
        {"class": name, "box": [10.0, 10.0, 50.0, 60.0], "confidence": 0.9, "verdict": verdict, "truth": truth}
        for verdict, name, truth in [*verdicts, ("false_alarm", first, None)]
    ]
    truths = [
        {"class": first, "box": [10.0, 10.0, 50.0, 60.0], "size": "medium", "found": True},
        {"class": first, "box": [100.0, 100.0, 120.0, 120.0], "size": "small", "found": False},
    ]
    picture = {"image": "images/val/clip_01_frame_000000.jpg", "width": 640, "height": 480}
    return {
        "split": "val",
        "confidence": 0.25,
        "names": list(classes),
        "images": [{**picture, "truths": truths, "found": found}],
    }


def _draws(value: float, spread: float) -> list[float]:
    """As many as a bootstrap makes, around the value: the same waves for every outcome."""
    waves = (math.sin(1.7 * draw) + math.sin(0.31 * draw * draw) for draw in range(DRAWS))
    return [round(min(1.0, max(0.0, value + spread * wave)), 6) for wave in waves]
