"""The sealed child's program: weights and pictures in, boxes out. It never sees a label.

Imports and a rehearsal with networks of our own come first, because nothing can be opened afterwards; then the
walls; only then the stranger's file is read. What it says goes through ``grader.frames`` and is not believed.
"""

import mmap
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import torch

from grader.frames import FARTHEST, write_frame
from grader.rehearsal import rehearse
from grader.sandbox import read_instructions
from grader.seal import Plan, SealError, die_with_parent, seal
from ml import checkpoints
from ml.checkpoints.sketch import sketch
from ml.detection.detections import Detections
from ml.detection.predictor import Pixels, predict
from ml.detection.settings import EvaluationSettings
from ml.errors import Refused
from ml.operations import count, gflops

READ_BYTES: Final = 1 << 24
#: Pictures between two words of progress; results do not depend on it.
GROUP: Final = 8

#: What a refusal while predicting is called; its sentence is the grader's.
PREDICTING: Final = {"not_finite": "predictions_not_finite"}


def main() -> None:
    instructions = read_instructions()
    die_with_parent(instructions["parent"])
    files: Mapping[str, int] = instructions["files"]
    result = files["result"]
    stage = "starting"
    try:
        started = time.perf_counter()
        rehearse()
        pictures = _map(files["pictures"])
        report = seal(
            Plan(
                keep=(files["weights"], result),
                memory_bytes=instructions["memory_bytes"],
                cpu_seconds=instructions["cpu_seconds"],
                threads=instructions["threads"],
                weak=instructions["weak"],
            )
        )
        write_frame(result, "sealed", **report, start_seconds=round(time.perf_counter() - started, 3))
        stage = "reading"
        checkpoint, network = _read(files["weights"], instructions, result)
        stage = "predicting"
        _predict(checkpoint.family, network, pictures, instructions, result)
    except Refused as refused:
        code = PREDICTING.get(refused.code, "unexpected_output") if stage == "predicting" else refused.code
        write_frame(result, "refused", code=code, facts=refused.facts)
    except Exception as error:
        _say_what_broke(result, stage, error)
    os._exit(0)  # nothing that Python does at its end is wanted inside the walls


def _map(descriptor: int) -> Pixels:
    """The prepared pictures, flat; a private mapping of sealed memory, so that nobody else sees a change."""
    size = os.fstat(descriptor).st_size
    private = mmap.mmap(descriptor, size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    return np.frombuffer(private, dtype=np.uint8)


def _read(
    descriptor: int, instructions: Mapping[str, Any], result: int
) -> tuple[checkpoints.Checkpoint, torch.nn.Module]:
    started = time.perf_counter()
    parts = []
    while part := os.read(descriptor, READ_BYTES):
        parts.append(part)
    checkpoint = checkpoints.read_checkpoint_bytes(b"".join(parts))
    parts.clear()
    network = checkpoints.rebuild(checkpoint)
    write_frame(
        result,
        "checkpoint",
        sketch(checkpoint.state),
        format=checkpoint.format,
        architecture=checkpoint.architecture[:80],
        classes=list(checkpoint.names),
        parameters=checkpoint.parameters,
        image_size=checkpoint.image_size,
        gflops=gflops_of(network, EvaluationSettings.from_json(instructions["settings"]).canvas_size),
        engine=f"torch {torch.__version__}"[:40],
        device="cpu",
        read_seconds=round(time.perf_counter() - started, 3),
    )
    return checkpoint, network


def _predict(
    family: str, network: torch.nn.Module, pictures: Pixels, instructions: Mapping[str, Any], result: int
) -> None:
    started = time.perf_counter()
    settings = EvaluationSettings.from_json(instructions["settings"])
    place, writing = 0, 0.0
    groups = _groups(pictures, instructions["shapes"])
    for group in predict(network, family, groups, settings, threads=instructions["threads"]):
        predicted = time.perf_counter()
        for found in group:
            write_frame(result, "boxes", _rows(found), image=place)
            place += 1
        writing += time.perf_counter() - predicted  # its reader may be slow, the network is not
    seconds = time.perf_counter() - started
    each = 1_000 * (seconds - writing) / max(place, 1)
    write_frame(result, "done", predict_seconds=round(seconds, 3), ms_per_image=round(each, 3))


def gflops_of(network: torch.nn.Module, side: int) -> float | None:
    """2 × MACs / 10⁹ of one square picture, in ``ml.operations``' convention; None for what it cannot walk."""
    try:
        return round(gflops(count(network, (side, side)).total), 6)
    except (Refused, NotImplementedError):
        return None


def _groups(pictures: Pixels, shapes: list[list[int]]) -> Iterator[Pixels]:
    """The batches (B, H, W, 3), in groups small enough for progress to move."""
    start = 0
    for pictures_here, *canvas in shapes:
        size = pictures_here * int(np.prod(canvas))
        batch = pictures[start : start + size].reshape(pictures_here, *canvas)
        start += size
        for first in range(0, pictures_here, GROUP):
            yield batch[first : first + GROUP]


def _rows(found: Detections) -> bytes:
    """(n, 6) float32 [x1, y1, x2, y2, confidence, class], little-endian."""
    rows = np.column_stack((found.xyxy.clip(-FARTHEST, FARTHEST), found.confidence, found.class_index))
    return rows.astype("<f4").tobytes()


def _say_what_broke(result: int, stage: str, error: Exception) -> None:
    """Out of memory and a file that breaks its reader are the file's doing; anything else is ours."""
    out_of_memory = isinstance(error, MemoryError) or "memory" in str(error).lower()
    if stage != "starting" and out_of_memory:
        write_frame(result, "refused", code="too_much_memory", facts={})
    elif stage == "reading":
        write_frame(result, "refused", code="unreadable", facts={})
    else:
        kind = "seal" if isinstance(error, SealError) else stage
        write_frame(result, "broken", stage=kind, error=f"{type(error).__name__}: {error}"[:300])
