"""What a whole evaluation costs, against the bare forward of the same pictures and against ultralytics' ``val()``.

    .venv/bin/python benchmarks/evaluation.py [--pictures 200] [--image-size 320] [--threads 2] [--commands]

Pictures are the demo's drawn scenes; weights are the course's (``fixtures/weights``): a YOLOv5n, which runs on ONNX
Runtime, a YOLOv8n, which runs on torch, and that YOLOv8n's export to ONNX, so that ultralytics is compared on one and
the same network. The same programs run one after another in each round and the median round counts; read the ratios,
and those of processor time where others use the machine. ``--commands`` also times whole processes, imports included.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY)]
os.environ.update(YOLO_OFFLINE="1", ULTRALYTICS_SAFE_LOAD="1", YOLO_VERBOSE="false", ORT_DISABLE_TELEMETRY="1")
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp())

import numpy as np  # noqa: E402
import torch  # noqa: E402

from fixtures.charlie.dataset import FRAMES_PER_CLIP, build_dataset  # noqa: E402
from ml.checkpoints import read, read_checkpoint, rebuild  # noqa: E402
from ml.datasets import Dataset, read_dataset  # noqa: E402
from ml.detection.evaluation import evaluate  # noqa: E402
from ml.detection.nms import suppress  # noqa: E402
from ml.detection.predictor import pieces_of  # noqa: E402
from ml.detection.prepared import prepare  # noqa: E402
from ml.detection.settings import EvaluationSettings  # noqa: E402
from ml.engines import Engine  # noqa: E402
from ml.engines.opening import open_engine  # noqa: E402
from ml.engines.proposals import Floats, Pixels, Proposals  # noqa: E402

WEIGHTS = REPOSITORY / "fixtures" / "weights"
LIGHT, HEAVY = WEIGHTS / "charlie_yolov5n.pt", WEIGHTS / "charlie_yolov8n.pt"
ROUNDS = 3
BATCH = 16

FORWARD = "bare forward on all threads"
OURS = "evaluate, in process"

Work = Callable[[], object]
Seconds = tuple[float, float]  # on the clock, of processor time


def draw_dataset(folder: Path, pictures: int) -> Dataset:
    """The demo's scenes, in clips of five frames; ultralytics wants a train split, however small."""
    return read_dataset(build_dataset(folder, splits={"train": 1, "val": -(-pictures // FRAMES_PER_CLIP)}))


def median_seconds(works: dict[str, Work], rounds: int) -> dict[str, Seconds]:
    """Every program once per round, so that a busy moment hits all of them; the first round is not counted."""
    seconds: dict[str, list[Seconds]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        for name, work in works.items():
            torch.set_num_threads(_threads())  # ultralytics takes all cores but one, for the whole process
            started, worked = time.perf_counter(), _processor_seconds()
            work()
            if turn:
                seconds[name].append((time.perf_counter() - started, _processor_seconds() - worked))
    return {name: (_median(values, 0), _median(values, 1)) for name, values in seconds.items()}


def _threads() -> int:
    return int(os.environ["OMP_NUM_THREADS"])


def _median(values: list[Seconds], column: int) -> float:
    return statistics.median(value[column] for value in values)


def _processor_seconds() -> float:
    """Of this process, its threads and the programs it has waited for."""
    return sum(os.times()[:4])


def forward_all(engine: Engine, batches: Sequence[Pixels]) -> None:
    """The network alone, as the evaluation calls it: nothing above the threshold is decoded, nothing suppressed."""
    from concurrent.futures import ThreadPoolExecutor

    parts = [part for batch in batches for part in pieces_of(batch)]
    engine.get_ready(_threads())
    with ThreadPoolExecutor(_threads(), initializer=engine.enter_thread) as pool:
        list(pool.map(lambda part: engine(part, 1.0), parts))


def ultralytics_val(weights: Path, data: Path, image_size: int) -> Any:
    """Without plots, in as many threads as it wants, batches as ours."""
    from ultralytics.models import YOLO

    options = {"conf": 0.001, "iou": 0.6, "max_det": 300, "rect": False, "plots": False, "workers": 0}
    return YOLO(str(weights), task="detect").val(
        data=str(data),
        imgsz=image_size,
        batch=BATCH,
        verbose=False,
        project=str(data.parent / "runs"),
        device="cpu",
        **options,
    )


def table(title: str, rows: dict[str, Seconds], base: str) -> None:
    print(f"\n{title}\n{'':52} {'s':>8} {'ratio':>7} {'cpu s':>8} {'ratio':>7}")
    for name, (clock, cpu) in rows.items():
        print(f"{name:52} {clock:8.2f} {clock / rows[base][0]:7.2f} {cpu:8.2f} {cpu / rows[base][1]:7.2f}")


def exported(folder: Path, image_size: int) -> Path:
    """The course's YOLOv8n as an ONNX file for any batch, by ultralytics' own layers and torch's exporter."""
    checkpoint = read_checkpoint(HEAVY)
    network = rebuild(checkpoint)
    network.get_submodule("model")[-1].export = True  # type: ignore[index, assignment]
    path = folder / "best.onnx"
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, image_size, image_size),),
        str(path),
        dynamo=False,
        input_names=["images"],
        output_names=["output0"],
        dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}},
    )
    return path


def compare_in_process(weights: Path, dataset: Dataset, options: argparse.Namespace, theirs: Path | None) -> None:
    """From files to metrics, against the network alone on the ready batches."""
    engine = open_engine(read(weights, classes=tuple(dataset.names)))
    settings = EvaluationSettings(image_size=options.image_size, batch_size=BATCH)
    batches = list(prepare(dataset.split("val"), settings).batches())
    rows: dict[str, Work] = {
        FORWARD: lambda: forward_all(engine, batches),
        OURS: lambda: evaluate(engine, dataset, "val", settings),
    }
    if theirs is not None:
        name = "ultralytics model.val(), no plots, in process"
        rows[name] = lambda: ultralytics_val(theirs, dataset.root / "data.yaml", options.image_size)
    title = f"{weights.name} on {engine.label}, {options.pictures} pictures at {options.image_size}"
    table(title, median_seconds(rows, options.rounds), FORWARD)


def compare_commands(dataset: Dataset, export: Path, options: argparse.Namespace) -> None:
    """Whole processes: what somebody waits for at a prompt."""
    data, size = dataset.root / "data.yaml", str(options.image_size)

    def run(words: list[str]) -> None:
        subprocess.run([sys.executable, *words], cwd=REPOSITORY, check=True, capture_output=True)

    def ours(weights: Path) -> Work:
        words = ["-m", "ml", "evaluate", str(weights), "--data", str(data), "--split", "val", "--image-size", size]
        return lambda: run(words)

    their_program = (
        "import sys; sys.path.insert(0, 'benchmarks'); from pathlib import Path; import evaluation;"
        f"evaluation.ultralytics_val(Path({str(HEAVY)!r}), Path({str(data)!r}), {size})"
    )
    theirs = "ultralytics val(), YOLOv8n, tuned, in a process"
    rows: dict[str, Work] = {
        theirs: lambda: run(["-c", their_program]),
        "python -m ml evaluate, the same YOLOv8n as ONNX": ours(export),
        "python -m ml evaluate, the same YOLOv8n, torch": ours(HEAVY),
        "python -m ml evaluate, YOLOv5n": ours(LIGHT),
    }
    table("whole command", median_seconds(rows, options.rounds), theirs)


def compare_growth(dataset: Dataset, options: argparse.Namespace) -> None:
    """Twice and four times the pictures: the time of each must stay the same."""
    engine = open_engine(read(LIGHT))
    settings = EvaluationSettings(image_size=options.image_size, batch_size=BATCH)
    batches = list(prepare(dataset.split("val"), settings).batches())
    print(f"\n{'growth with pictures':52} {'ms each':>8} {'cpu ms each':>16}")
    for share in (4, 2, 1):
        some = batches[: max(1, len(batches) // share)]
        count = sum(map(len, some))
        rows = median_seconds({"some": lambda some=some: predicted(engine, some, settings)}, options.rounds)  # type: ignore[misc]
        clock, cpu = rows["some"]
        print(f"{f'{count} pictures':52} {1000 * clock / count:8.2f} {1000 * cpu / count:16.2f}")


def predicted(engine: Engine, batches: Sequence[Pixels], settings: EvaluationSettings) -> int:
    from ml.detection.predictor import predict

    return sum(len(found) for found in predict(engine, batches, settings))


def crowds() -> dict[str, Floats]:
    """25,200 boxes of 80 classes, from a trained network's few candidates to two million in one place; (4, N, 85)."""
    generator = np.random.default_rng(0)
    output = generator.random((4, 25_200, 85), dtype=np.float32)
    output[..., :2] *= 640
    output[..., 2:4] = output[..., 2:4] * 60 + 8
    few, heap, places = output.copy(), output.copy(), output[..., :6].copy()
    few[..., 4] **= 300
    heap[..., :4] = np.array([320, 320, 100, 100], np.float32) + 5 * generator.random((4, 25_200, 4), dtype=np.float32)
    place = np.arange(25_200) % 299  # one box short of the 300 at which everything stops
    places[..., 0] = place % 20 * 32 + generator.random((4, 25_200), dtype=np.float32)
    places[..., 1] = place // 20 * 32
    places[..., 2:] = (30, 30, 1, 0) + places[..., 2:] * (0, 0, 0, 1)
    return {
        "trained: few candidates": few,
        "stress: all two million are candidates": output,
        "half of the boxes": output[:, ::2],
        "a quarter of the boxes": output[:, ::4],
        "hostile: all in one place": heap,
        "hostile: 299 places": places,
    }


def compare_suppression() -> None:
    """Per picture, on one thread."""

    def work(case: Floats) -> Work:
        raw = [Proposals(rows[:, :4], rows[:, 5:], rows[:, 4]) for rows in case]
        return lambda: suppress(raw, confidence=0.001, iou=0.6, max_detections=300)

    print(f"\n{'suppression, per picture':52} {'ms':>8} {'cpu ms':>16}")
    for name, (clock, cpu) in median_seconds({name: work(case) for name, case in crowds().items()}, 5).items():
        print(f"{name:52} {1000 * clock / 4:8.1f} {1000 * cpu / 4:16.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--image-size", type=int, default=320)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--commands", action="store_true", help="whole processes too")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    torch.set_flush_denormal(True)
    print(f"{options.threads} threads, load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")
    with tempfile.TemporaryDirectory() as folder:
        dataset = draw_dataset(Path(folder), options.pictures)
        export = exported(Path(folder), options.image_size)
        compare_in_process(LIGHT, dataset, options, None)
        compare_in_process(export, dataset, options, HEAVY)
        compare_in_process(HEAVY, dataset, options, HEAVY)
        if options.commands:
            compare_commands(dataset, export, options)
        compare_growth(dataset, options)
    compare_suppression()


if __name__ == "__main__":
    main()
