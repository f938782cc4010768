"""What measuring costs, on the same boxes as ultralytics and pycocotools, and how it grows.

    .venv/bin/python benchmarks/metrics.py [--pictures 2000] [--boxes 100] [--classes 80] [--coco]

Boxes are drawn from a seed: objects of all sizes, most of them found, some twice, and many boxes that are hardly sure.
The same programs run one after another in each round and the median round counts; read the ratios. ``--coco`` times
pycocotools too, which takes a minute. Our three programs: ``headline`` is one metric pass under one convention,
``report`` everything that an evaluation says (three conventions, sizes, curves, confusions, mistakes), ``draws`` the
200 bootstrap draws of the headline.
"""

import argparse
import contextlib
import io
import os
import statistics
import sys
import tempfile
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY)]
os.environ.update(YOLO_OFFLINE="1", ULTRALYTICS_SAFE_LOAD="1", YOLO_VERBOSE="false")
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp())
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from ultralytics.engine.validator import BaseValidator  # noqa: E402
from ultralytics.utils.metrics import ap_per_class, box_iou  # noqa: E402

from grader.uncertainty import draws  # noqa: E402
from ml.detection.boxes import SplitBoxes  # noqa: E402
from ml.detection.conventions import CONVENTIONS  # noqa: E402
from ml.detection.metrics import measure_boxes  # noqa: E402
from ml.detection.report import report  # noqa: E402

SIDE = 600.0
OBJECTS = 7  # a picture, on average
FOUND_TWICE = 0.4
ROUNDS = 3


def draw_boxes(pictures: int, boxes: int, classes: int) -> SplitBoxes:
    """``boxes`` detections in each picture; about seven objects, found four times in five."""
    generator = np.random.default_rng(0)
    label_image = np.sort(generator.integers(0, pictures, OBJECTS * pictures))
    side = np.exp(generator.uniform(2, 5, (len(label_image), 2)))
    corner = generator.uniform(0, SIDE, (len(label_image), 2))
    labels = np.hstack((corner, corner + side)).astype(np.float32)
    label_class = generator.integers(0, classes, len(label_image))

    hits = np.repeat(np.flatnonzero(generator.random(len(labels)) < 0.8), 2)
    hits = hits[generator.random(len(hits)) < (1 + FOUND_TWICE) / 2]
    near = labels[hits] + generator.normal(0, 0.08, (len(hits), 4)) * np.tile(side[hits], 2)
    guess = np.where(generator.random(len(hits)) < 0.9, label_class[hits], generator.integers(0, classes, len(hits)))
    rest = max(0, pictures * boxes - len(hits))
    corner = generator.uniform(0, SIDE, (rest, 2))
    anywhere = np.hstack((corner, corner + np.exp(generator.uniform(2, 5, (rest, 2)))))

    xyxy = np.vstack((near, anywhere)).astype(np.float32)
    xyxy[:, 2:] = np.maximum(xyxy[:, :2], xyxy[:, 2:])
    confidence = np.concatenate((generator.beta(4, 2, len(hits)), generator.uniform(0.03, 0.5, rest) ** 2))
    image = np.concatenate((label_image[hits], generator.integers(0, pictures, rest)))
    order = np.lexsort((-confidence, image))
    return SplitBoxes(
        xyxy[order],
        confidence[order].astype(np.float32),
        np.concatenate((guess, generator.integers(0, classes, rest)))[order],
        image[order],
        labels,
        labels.astype(np.float64),
        label_class,
        label_image,
        pictures,
    )


def ultralytics(boxes: SplitBoxes) -> float:
    """Its own matching, picture by picture as its validator does, then its own ``ap_per_class``; mAP50-95."""
    validator: Any = types.SimpleNamespace(iouv=torch.linspace(0.5, 0.95, 10))
    rows = np.searchsorted(boxes.image, np.arange(boxes.images + 1))
    labels = np.searchsorted(boxes.label_image, np.arange(boxes.images + 1))
    xyxy, truth = torch.from_numpy(boxes.xyxy), torch.from_numpy(boxes.label_xyxy)
    classes, label_classes = torch.from_numpy(boxes.class_index), torch.from_numpy(boxes.label_class)
    found = []
    for image in range(boxes.images):
        some, wanted = slice(rows[image], rows[image + 1]), slice(labels[image], labels[image + 1])
        if some.start == some.stop or wanted.start == wanted.stop:
            found.append(np.zeros((some.stop - some.start, 10), bool))
            continue
        iou = box_iou(truth[wanted], xyxy[some])
        found.append(BaseValidator.match_predictions(validator, classes[some], label_classes[wanted], iou).numpy())
    measured: Any = ap_per_class(np.concatenate(found), boxes.confidence, boxes.class_index, boxes.label_class)
    return float(measured[5].mean())


def pycocotools(boxes: SplitBoxes) -> float:
    from tests.ml.detection.worlds import coco_evaluation

    with contextlib.redirect_stdout(io.StringIO()):
        return float(coco_evaluation(boxes).stats[0])


def median_seconds(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Every program once per round; the first round is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            if turn:
                seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in seconds.items()}


def ours(boxes: SplitBoxes, names: list[str]) -> dict[str, Callable[[], object]]:
    judged = measure_boxes(boxes, names).judge("yolov5")
    cluster = np.arange(boxes.images) // 5
    return {
        "headline": lambda: measure_boxes(boxes, names),
        "report": lambda: report(measure_boxes(boxes, names)),
        "draws": lambda: draws(judged, boxes, cluster),
    }


def compare(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    boxes, names = draw_boxes(options.pictures, options.boxes, options.classes), list(map(str, range(options.classes)))
    works = {**ours(boxes, names), "ultralytics": lambda: ultralytics(boxes)}
    seconds = median_seconds(works, options.rounds)
    if options.coco:
        started = time.perf_counter()
        pycocotools(boxes)
        seconds["pycocotools"] = time.perf_counter() - started
    print(f"{options.pictures} pictures, {options.boxes} boxes a picture, {options.classes} classes")
    print(f"\n{'':24} {'s':>8} {'of ultralytics':>15} {'of headline':>12} {'of report':>10}")
    for name, value in seconds.items():
        ratios = (value / seconds[base] for base in ("ultralytics", "headline", "report"))
        print(f"{name:24} {value:8.3f} {next(ratios):15.3f} {next(ratios):12.2f} {next(ratios):10.2f}")
    scores = {name: measure_boxes(boxes, names, name).map50_95 for name in CONVENTIONS}
    print(f"\nmAP50-95: {scores}; ultralytics' own {ultralytics(boxes):.6f}")


def growth(options: argparse.Namespace) -> None:
    print(f"\n{'growth':24} {'headline':>9} {'report':>8} {'draws':>8}")
    for pictures, boxes in ((1, 1), (2, 1), (4, 1), (1, 2), (1, 3)):
        some = draw_boxes(options.pictures // 4 * pictures, options.boxes * boxes, options.classes)
        seconds = median_seconds(ours(some, list(map(str, range(options.classes)))), options.rounds)
        label = f"{some.images} × {options.boxes * boxes}"
        print(f"{label:24} {seconds['headline']:9.3f} {seconds['report']:8.3f} {seconds['draws']:8.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--boxes", type=int, default=100, help="a picture")
    parser.add_argument("--classes", type=int, default=80)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--coco", action="store_true", help="pycocotools too")
    options = parser.parse_args()
    compare(options)
    growth(options)


if __name__ == "__main__":
    main()
