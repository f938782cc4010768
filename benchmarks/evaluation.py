"""What a whole evaluation costs, against the bare forward of the same pictures and against ultralytics' ``val()``.

    .venv/bin/python benchmarks/evaluation.py [--pictures 200] [--image-size 320] [--threads 2] [--commands]

Pictures are the demo's drawn scenes, weights are the course's YOLOv5nu (``fixtures/weights``) and a YOLOv5n with
seeded weights. The same programs run one after another in each round and the median round counts; read the ratios,
and those of processor time where others use the machine. ``--commands`` also times whole processes, imports included.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY)]
os.environ.update(YOLO_OFFLINE="1", ULTRALYTICS_SAFE_LOAD="1", YOLO_VERBOSE="false")
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp())

import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from fixtures.charlie.dataset import FRAMES_PER_CLIP, build_dataset  # noqa: E402
from ml import zoo  # noqa: E402
from ml.checkpoints import read_checkpoint, rebuild  # noqa: E402
from ml.datasets import Dataset, read_dataset  # noqa: E402
from ml.detection.evaluation import evaluate  # noqa: E402
from ml.detection.nms import suppress  # noqa: E402
from ml.detection.outputs import read_output  # noqa: E402
from ml.detection.predictor import as_input, prepared  # noqa: E402
from ml.detection.prepared import prepare  # noqa: E402
from ml.detection.settings import EvaluationSettings  # noqa: E402

COURSE = REPOSITORY / "fixtures" / "weights" / "course_yolov5nu.pt"
ROUNDS = 3
BATCH = 16

FORWARD = "bare forward, fused, batches of 16"
OURS = "evaluate, in process"
THEIRS = "ultralytics model.val(), no plots, in process"

Work = Callable[[], object]
Seconds = tuple[float, float]  # on the clock, of processor time


def draw_dataset(folder: Path, pictures: int) -> Dataset:
    """The demo's scenes, in clips of five frames; ultralytics wants a train split, however small."""
    return read_dataset(build_dataset(folder, splits={"train": 1, "val": -(-pictures // FRAMES_PER_CLIP)}))


def median_seconds(works: dict[str, Work], rounds: int, threads: int) -> dict[str, Seconds]:
    """Every program once per round, so that a busy moment hits all of them; the first round is not counted."""
    seconds: dict[str, list[Seconds]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            torch.set_num_threads(threads)  # ultralytics takes all cores but one, for the whole process
            started, worked = time.perf_counter(), _processor_seconds()
            work()
            if turn:
                seconds[name].append((time.perf_counter() - started, _processor_seconds() - worked))
    return {name: (_median(values, 0), _median(values, 1)) for name, values in seconds.items()}


def _median(values: list[Seconds], column: int) -> float:
    return statistics.median(value[column] for value in values)


def _processor_seconds() -> float:
    """Of this process, its threads and the programs it has waited for."""
    return sum(os.times()[:4])


def forward_all(network: nn.Module, batches: list[Tensor]) -> None:
    with torch.inference_mode():
        for batch in batches:
            network(batch)


def ultralytics_val(data: Path, image_size: int) -> Any:
    from ultralytics.models import YOLO

    return YOLO(str(COURSE)).val(
        data=str(data),
        imgsz=image_size,
        batch=BATCH,
        conf=0.001,
        iou=0.6,
        max_det=300,
        rect=False,
        plots=False,
        workers=0,
        verbose=False,
        project=str(data.parent / "runs"),
        device="cpu",
    )


def table(title: str, rows: dict[str, Seconds], base: str) -> None:
    print(f"\n{title}\n{'':52} {'s':>8} {'ratio':>7} {'cpu s':>8} {'ratio':>7}")
    for name, (clock, cpu) in rows.items():
        print(f"{name:52} {clock:8.2f} {clock / rows[base][0]:7.2f} {cpu:8.2f} {cpu / rows[base][1]:7.2f}")


def compare_course_weights(dataset: Dataset, options: argparse.Namespace) -> None:
    checkpoint = read_checkpoint(COURSE)
    network = rebuild(checkpoint)
    settings = EvaluationSettings(image_size=options.image_size, batch_size=BATCH)
    rows = against_forward(network, checkpoint.family, dataset, settings)
    rows[THEIRS] = lambda: ultralytics_val(dataset.root / "data.yaml", options.image_size)
    title = f"{checkpoint.architecture}, {options.pictures} pictures at {options.image_size}, {options.threads} threads"
    table(title, median_seconds(rows, options.rounds, options.threads), FORWARD)
    ours = evaluate(network, checkpoint.family, dataset, "val", settings)
    theirs = ultralytics_val(dataset.root / "data.yaml", options.image_size).box
    print(
        f"mAP50 / mAP50-95: ours {ours.map50:.4f} / {ours.map50_95:.4f}, theirs {theirs.map50:.4f} / {theirs.map:.4f}"
    )


def compare_zoo(dataset: Dataset, options: argparse.Namespace) -> None:
    """Seeded weights find nothing; what counts is that they cost no more than a forward."""
    network = zoo.build("yolov5n", classes=len(dataset.names))
    settings = EvaluationSettings(image_size=options.image_size, batch_size=BATCH)
    rows = against_forward(network, "yolov5", dataset, settings)
    table("yolov5n with seeded weights", median_seconds(rows, options.rounds, options.threads), FORWARD)


def against_forward(network: nn.Module, family: str, dataset: Dataset, settings: EvaluationSettings) -> dict[str, Work]:
    """The bare forward of the ready batches on all threads, and the whole evaluation from files to metrics."""
    fast = prepared(network)
    batches = [as_input(batch) for batch in prepare(dataset.split("val"), settings).batches()]
    return {
        FORWARD: lambda: forward_all(fast, batches),
        OURS: lambda: evaluate(network, family, dataset, "val", settings),
    }


def compare_commands(data: Path, options: argparse.Namespace) -> None:
    """Whole processes: what somebody waits for at a prompt."""
    size, threads = str(options.image_size), {"OMP_NUM_THREADS": str(options.threads)}
    ours = ["-m", "ml", "evaluate", str(COURSE), "--data", str(data), "--split", "val", "--image-size", size]
    their_program = (
        "import sys; sys.path.insert(0, 'benchmarks'); from pathlib import Path; import evaluation;"
        f"evaluation.ultralytics_val(Path({str(data)!r}), {size})"
    )

    def run(words: list[str]) -> None:
        command = [sys.executable, *words]
        subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **threads}, check=True, capture_output=True)

    rows: dict[str, Work] = {
        "python -m ml evaluate": lambda: run(ours),
        "ultralytics in a process": lambda: run(["-c", their_program]),
    }
    table("whole command", median_seconds(rows, options.rounds, options.threads), "python -m ml evaluate")


def suppression(output: Tensor) -> Work:
    raw = read_output(output, "yolov5", output.shape[2] - 5)
    return lambda: suppress(raw, confidence=0.001, iou=0.6, max_detections=300)


def compare_suppression() -> None:
    """Per picture, 25,200 boxes of 80 classes, from a trained network's few candidates to two million."""
    generator = torch.Generator().manual_seed(0)
    output = torch.rand(4, 25_200, 85, generator=generator)
    output[..., :2] *= 640
    output[..., 2:4] = output[..., 2:4] * 60 + 8
    few, heap = output.clone(), output.clone()
    few[..., 4] **= 300
    heap[..., :4] = torch.tensor([320, 320, 100, 100]) + 5 * torch.rand(4, 25_200, 4, generator=generator)
    cases = {"few candidates": few, "all are candidates": output, "all in one place": heap}
    works = {name: suppression(case) for name, case in cases.items()}
    print(f"\n{'suppression, per picture':52} {'ms':>8} {'cpu ms':>16}")
    for name, (clock, cpu) in median_seconds(works, 5, 1).items():
        print(f"{name:52} {1000 * clock / 4:8.1f} {1000 * cpu / 4:16.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--image-size", type=int, default=320)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--commands", action="store_true", help="whole processes too")
    options = parser.parse_args()
    torch.set_flush_denormal(True)  # seeded weights make denormals, which would flatter us
    with tempfile.TemporaryDirectory() as folder:
        dataset = draw_dataset(Path(folder), options.pictures)
        compare_course_weights(dataset, options)
        if options.commands:
            compare_commands(dataset.root / "data.yaml", options)
        compare_zoo(dataset, options)
    compare_suppression()


if __name__ == "__main__":
    main()
