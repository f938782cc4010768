"""What the seal costs: one whole job through the sealed child, against the same work in this process.

    .venv/bin/python benchmarks/sealed_job.py [--images 40] [--image-size 416]

Both read the same checkpoint from its file and score the same drawn pictures; the in-process time is warm, as a
worker's would be that had no seal. The difference is a cold Python, the rehearsal and the walls, less what happens at
the same time as the work: the child starts while the pictures are decoded, and predicts while they still are. Measuring
parts, curves and intervals is no part of the seal: it is shown apart. ``--ultralytics`` takes a file that needs torch.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY)]
os.environ.setdefault("OMP_NUM_THREADS", "1")  # as in the sealed child: like with like
os.environ.setdefault("YOLO_OFFLINE", "1")
os.environ.setdefault("ULTRALYTICS_SAFE_LOAD", "1")
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.gettempdir())

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402

from fixtures.benign.yolov5_file import save_yolov5  # noqa: E402
from grader import Job, Outcome, run_job, seal_report  # noqa: E402
from ml import checkpoints, zoo  # noqa: E402
from ml.datasets import read_dataset  # noqa: E402
from ml.detection.evaluation import evaluate  # noqa: E402
from ml.detection.settings import EvaluationSettings  # noqa: E402
from ml.engines.opening import open_engine  # noqa: E402
from ml.zoo import yolov5  # noqa: E402

RUNS = 5
#: Stages of a job after the boxes are there.
MEASURING = ("match", "gallery", "record")
ULTRALYTICS = REPOSITORY / "fixtures" / "weights" / "charlie_yolov8n.pt"
CLASSES = ("charlie", "glasses", "mug", "key")


def make_task(folder: Path, images: int) -> tuple[Path, Path]:
    """Noise with boxes, 640×480, and an untrained YOLOv5n: the time does not depend on what is found."""
    generator = np.random.default_rng(0)
    for name in ("images", "labels"):
        (folder / name).mkdir()
    for number in range(images):
        cv2.imwrite(str(folder / f"images/{number}.jpg"), generator.integers(0, 255, (480, 640, 3), dtype=np.uint8))
        (folder / f"labels/{number}.txt").write_text(f"{number % 4} 0.5 0.5 0.3 0.3\n")
    data = folder / "data.yaml"
    data.write_text(f"path: .\ntest: images\nnames: {list(CLASSES)}\n")
    network = zoo.build("yolov5n", classes=len(CLASSES))
    assert isinstance(network, yolov5.Yolov5)
    weights = folder / "best.pt"
    save_yolov5(network, weights, config=yolov5.configuration("yolov5n", len(CLASSES)), names=CLASSES)
    return weights, data


def in_process(weights: Path, data: Path, image_size: int) -> float:
    """Seconds from the file to the boxes; measuring is left out, as it is of the job."""
    started = time.perf_counter()
    settings = EvaluationSettings(image_size=image_size)
    metrics = evaluate(open_engine(checkpoints.read(weights)), read_dataset(data), "test", settings)
    return time.perf_counter() - started - metrics.seconds["match"]


def processor_seconds() -> float:
    """Of this process and the children that it has waited for: what other programs cannot stretch."""
    return sum(os.times()[:4])


def without_measuring(outcome: Outcome) -> float:
    seconds = outcome.seconds
    return seconds["total"] - sum(seconds.get(name, 0.0) for name in MEASURING)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time a sealed job against the same work in this process.")
    parser.add_argument("--images", type=int, default=40)
    parser.add_argument("--image-size", type=int, default=416)
    parser.add_argument("--ultralytics", action="store_true", help="a YOLOv8n, which needs torch")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    seal_report()
    probing = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        weights, data = make_task(Path(folder), arguments.images)
        weights = ULTRALYTICS if arguments.ultralytics else weights
        job = Job("benchmark", weights, data, "test", arguments.image_size, CLASSES)
        in_process(weights, data, arguments.image_size)
        bare, outcomes, worked = [], list[Outcome](), []
        for _ in range(RUNS):  # in turn, so that the machine's other work falls on both
            before = processor_seconds()
            bare.append(in_process(weights, data, arguments.image_size))
            between = processor_seconds()
            outcomes.append(run_job(job))
            worked.append((between - before, processor_seconds() - between))
    if any(outcome.status != "done" for outcome in outcomes):
        sys.exit("\n".join(outcomes[0].log))
    show(arguments, weights.name, probing, statistics.median(bare), outcomes)
    ours, sealed = (statistics.median(one[column] for one in worked) for column in (0, 1))
    print(f"processor time, measuring included: {ours:.2f} s unsealed, {sealed:.2f} s sealed, {sealed - ours:+.2f} s")


def show(arguments: argparse.Namespace, name: str, probing: float, bare: float, outcomes: list[Outcome]) -> None:
    def part(name: str) -> float:
        return statistics.median(outcome.seconds.get(name, 0.0) for outcome in outcomes)

    sealed = statistics.median(map(without_measuring, outcomes))
    rows = [
        ("in process, warm, unsealed", bare),
        ("sealed job", sealed),
        ("  overhead", sealed - bare),
        ("  child: rehearsal and seal", part("start")),
        ("  child: read and rebuild", part("read")),
        ("  child: predict", part("predict")),
        ("  here, meanwhile: decode", part("decode")),
        ("measuring, not counted above", sum(part(one) for one in MEASURING)),
        ("probing all walls, once", probing),
    ]
    print(f"{name}, {arguments.images} pictures at {arguments.image_size}, one thread, median of {RUNS}")
    print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")
    for row, seconds in rows:
        print(f"{row:<34}{seconds:8.2f} s{seconds / bare:8.2f} ×")


if __name__ == "__main__":
    main()
