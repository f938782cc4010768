"""What a film with boxes costs, against the bare forward of the same frames; and its parts, one by one.

    .venv/bin/python benchmarks/detect_video.py [--seconds 8] [--size 1280x720] [--image-size 640] [--sealed]

The film is drawn: a camera that pans over a scene of the demo. Weights are the course's (``fixtures/weights``). The
same programs run one after another in each round and the median round counts; read the ratios, and those of processor
time where others use the machine. ``--sealed`` also times the whole of a worker's job, from the start of its child.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "benchmarks")]
os.environ.update(YOLO_OFFLINE="1", ULTRALYTICS_SAFE_LOAD="1", YOLO_VERBOSE="false", ORT_DISABLE_TELEMETRY="1")
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp())

from evaluation import HEAVY, LIGHT, Work, median_seconds  # noqa: E402

import grader  # noqa: E402
from fixtures.films import make_film  # noqa: E402
from grader.videos.detections import DETECTION_LIMITS  # noqa: E402
from ml.checkpoints import read  # noqa: E402
from ml.detection.detections import Detections  # noqa: E402
from ml.detection.drawing import draw_on  # noqa: E402
from ml.detection.film import detect_film  # noqa: E402
from ml.detection.filming import Filming  # noqa: E402
from ml.detection.footage import FilmBounds, Shot, open_film, seen_by_network  # noqa: E402
from ml.detection.frames import DETECTION_SETTINGS, Look, batches_of, detect_each  # noqa: E402
from ml.detection.predictor import pieces_of  # noqa: E402
from ml.engines import Engine  # noqa: E402
from ml.engines.opening import open_engine  # noqa: E402
from ml.engines.proposals import Pixels  # noqa: E402

FORWARD = "bare forward on all threads"
BOUNDS = FilmBounds()


def shots_of(film: Path) -> list[Shot]:
    with open_film(film, BOUNDS) as opened:
        return list(opened.shots)


def forward_all(engine: Engine, batches: Sequence[Pixels], threads: int) -> None:
    """The network alone, as detection calls it: nothing above the threshold is decoded, nothing suppressed."""
    pieces = [piece for batch in batches for piece in pieces_of(batch)]
    engine.get_ready(threads)
    with ThreadPoolExecutor(threads, initializer=engine.enter_thread) as pool:
        list(pool.map(lambda piece: engine(piece, 1.0), pieces))


def works_of(film: Path, weights: Path, options: argparse.Namespace, folder: Path) -> dict[str, Work]:
    """The bare forward first, then the whole, then its parts, each alone on one thread."""
    engine = open_engine(read(weights))
    settings = replace(DETECTION_SETTINGS, image_size=options.image_size)
    side = settings.canvas_size
    shots = shots_of(film)
    looks = [Look(shot, seen_by_network(shot.frame, side), (shot.frame.height, shot.frame.width)) for shot in shots]
    batches = [batch for batch, _, _ in batches_of(looks, settings)]
    found: list[tuple[Shot, Detections]] = list(detect_each(engine, looks, settings))

    def encode() -> None:
        with open_film(film, BOUNDS) as opened, Filming(folder / "parts.mp4", opened, BOUNDS, threads=1) as filming:
            for shot in shots:
                filming.write(shot)

    def draw() -> None:
        for shot, boxes in found:
            draw_on(shot.surface(), boxes, engine.names)

    def one_by_one(act: Callable[[Shot], object]) -> Work:
        return lambda: [act(shot) for shot in shots]

    works: dict[str, Work] = {
        FORWARD: lambda: forward_all(engine, batches, options.threads),
        "detect, draw and encode, in process": lambda: detect_film(
            engine, film, folder / "whole.mp4", settings, threads=options.threads
        ),
        "  part: decode, upright": lambda: shots_of(film),
        "  part: to the network's size, in RGB": one_by_one(lambda shot: seen_by_network(shot.frame, side)),
        "  part: draw": draw,
        "  part: encode (H.264), write": encode,
    }
    if options.sealed:
        limits = replace(DETECTION_LIMITS, threads=options.threads)
        asked = grader.DetectionSettings(image_size=options.image_size)
        works["a worker's job, sealed, from the start of its child"] = lambda: grader.detect_video(
            weights, film, folder / "sealed.mp4", settings=asked, limits=limits
        )
    return works


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--image-size", type=int, default=640)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sealed", action="store_true")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    width, height = map(int, options.size.split("x"))
    print(f"{options.threads} threads, load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = make_film(folder / "film.mp4", seconds=options.seconds, size=(width, height), scene="charlie")
        frames = len(shots_of(film))
        for weights in (LIGHT, HEAVY):
            rows = median_seconds(works_of(film, weights, options, folder), options.rounds)
            print(f"\n{weights.name}, {frames} frames of {options.size}, network at {options.image_size}")
            print(f"{'':52} {'s':>8} {'frames/s':>9} {'ratio':>7} {'cpu s':>8} {'ratio':>7}")
            base = rows[FORWARD]
            for what, (clock, cpu) in rows.items():
                ratios = f"{clock / base[0]:7.2f} {cpu:8.2f} {cpu / base[1]:7.2f}"
                print(f"{what:52} {clock:8.2f} {frames / clock:9.1f} {ratios}")


if __name__ == "__main__":
    main()
