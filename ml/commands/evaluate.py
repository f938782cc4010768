"""``python -m ml evaluate``: a checkpoint's scores on one split of a data set."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from ml.commands.read import add_configuration

HELP: Final = "score a checkpoint on a split of a YOLO data set"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's own arguments."""
    parser.add_argument("file", metavar="FILE", help="a YOLOv5 or ultralytics checkpoint (best.pt)")
    add_configuration(parser)
    parser.add_argument("--data", required=True, metavar="DATA.yaml", help="the data set's description")
    parser.add_argument("--split", default="test", choices=("train", "val", "test"), help="default: test")
    parser.add_argument("--image-size", type=int, metavar="N", help="longest side in pixels (default: as trained)")
    parser.add_argument(
        "--letterbox",
        default="square",
        choices=("square", "rectangular"),
        help="same canvas for all pictures, or the smallest one for each batch (default: square)",
    )
    parser.add_argument(
        "--convention",
        default="yolov5",
        choices=("yolov5", "ultralytics", "coco"),
        help="whose rules make the headline figures; all three are printed with --json (default: yolov5)",
    )
    parser.add_argument("--confidence", type=float, default=0.001, metavar="C", help="lowest score (default: 0.001)")
    parser.add_argument("--iou", type=float, default=0.6, metavar="T", help="suppression threshold (default: 0.6)")
    parser.add_argument("--max-detections", type=int, default=300, metavar="N", help="boxes a picture (default: 300)")
    parser.add_argument("--batch-size", type=int, default=32, metavar="N", help="pictures a batch (default: 32)")
    add_device(parser)


def add_device(parser: argparse.ArgumentParser) -> None:
    """Declare where the network runs."""
    parser.add_argument(
        "--device", default="cpu", choices=("cpu", "cuda", "auto"), help="auto: a graphics card if any (default: cpu)"
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Evaluate; raises ``Refused``."""
    from ml.checkpoints import read
    from ml.datasets import read_dataset
    from ml.detection.evaluation import evaluate
    from ml.detection.settings import USUAL_IMAGE_SIZE, EvaluationSettings
    from ml.engines.devices import choose_device
    from ml.engines.opening import open_engine

    dataset = read_dataset(Path(arguments.data))
    found = read(arguments.file, configuration=arguments.configuration, classes=tuple(dataset.names))
    asked = arguments.image_size
    settings = EvaluationSettings(
        image_size=(found.image_size or USUAL_IMAGE_SIZE) if asked is None else asked,
        letterbox=arguments.letterbox,
        confidence=arguments.confidence,
        iou=arguments.iou,
        max_detections=arguments.max_detections,
        batch_size=arguments.batch_size,
    )
    engine = open_engine(found, device=choose_device(arguments.device))
    metrics = evaluate(engine, dataset, arguments.split, settings, on_progress=_show_progress)
    return {
        **metrics.under(arguments.convention).to_json(),
        "convention": arguments.convention,
        "settings": settings.to_json(),
        "split": arguments.split,
        "engine": engine.label,
        "device": engine.device,
    }


def describe(result: dict[str, Any]) -> str:
    """A table of the classes under their mean, all three conventions, what went wrong, then the time."""
    rows: list[tuple[str, ...]] = [("class", "objects", "AP50", "AP50-95", "precision", "recall")]
    mean = ("map50", "map50_95", "precision", "recall")
    rows.append(("all", str(result["instances"]), *(f"{result[name]:.4f}" for name in mean)))
    for name, one in result["per_class"].items():
        measures = ("ap50", "ap50_95", "precision", "recall")
        rows.append((name, str(one["instances"]), *(f"{one[measure]:.4f}" for measure in measures)))
    seconds = ", ".join(f"{stage} {value:.2f} s" for stage, value in result["seconds"].items())
    conventions: list[tuple[str, ...]] = [("convention", "mAP50", "mAP50-95")]
    for name, one in result["conventions"].items():
        conventions.append((name, *(f"{one[measure]:.4f}" for measure in ("map50", "map50_95"))))
    errors = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in result["errors"].items())
    return "\n".join(
        [
            f"figures of the convention {result['convention']}",
            *_aligned(rows),
            "",
            *_aligned(conventions),
            "",
            f"of the boxes surer than 0.25: {errors}",
            f"{result['images']} pictures: {seconds}",
        ]
    )


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]


def _show_progress(done: int, total: int) -> None:
    """On one line of a terminal that somebody is watching."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total} pictures", end="\n" if done == total else "", file=sys.stderr, flush=True)
