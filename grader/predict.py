"""The sealed child's program: weights and pictures in, boxes out. It never sees a label.

Imports and a rehearsal with networks of our own come first, because nothing can be opened afterwards; then the
walls; only then the stranger's file is read. What it says goes through ``grader.frames`` and is not believed. Nothing
here imports torch: a file that needs it is left to a child that was told to rehearse with it.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from grader.coming import BatchesToCome
from grader.frames import FARTHEST, HEADER_BYTES, MOST_CLASSES, write_frame
from grader.rehearsal import rehearse
from grader.sandbox import read_instructions
from grader.seal import Plan, SealError, die_with_parent, seal
from ml import checkpoints
from ml.checkpoints.sentences import refusal
from ml.checkpoints.sketch import sketch
from ml.detection.detections import Detections
from ml.detection.predictor import predict, require_canvas
from ml.detection.settings import EvaluationSettings
from ml.engines import Engine
from ml.engines.opening import open_engine
from ml.engines.parts import NeedsTorch
from ml.engines.proposals import Pixels
from ml.errors import Refused

READ_BYTES: Final = 1 << 24
#: Pictures between two words of progress; results do not depend on it.
GROUP: Final = 8
#: How torch begins what a graphics card's driver said; memory that is used up it says in other words.
CARD_ERROR: Final = "CUDA error"

#: Refusals while predicting; another is about the output.
PREDICTING: Final = {"not_finite": "predictions_not_finite", "onnx_scores": "onnx_scores"}


def main() -> None:
    instructions = read_instructions()
    die_with_parent(instructions["parent"])
    files: Mapping[str, int] = instructions["files"]
    result = files["result"]
    stage = "starting"
    try:
        started = time.perf_counter()
        pictures = _rehearsed(instructions)
        report = seal(_plan(instructions))
        write_frame(result, "sealed", **report, start_seconds=round(time.perf_counter() - started, 3))
        stage = "reading"
        engine = _read(files["weights"], instructions, result)
        stage = "predicting"
        _predict(engine, pictures, instructions, result)
    except NeedsTorch:
        write_frame(result, "needs_torch")
    except Refused as refused:
        code = PREDICTING.get(refused.code, "unexpected_output") if stage == "predicting" else refused.code
        write_frame(result, "refused", code=code, facts=refused.facts)
    except Exception as error:
        _say_what_broke(result, stage, error)
    os._exit(0)  # nothing that Python does at its end is wanted inside the walls


def _rehearsed(instructions: Mapping[str, Any]) -> BatchesToCome:
    """All that has to be opened, opened."""
    rehearse(
        torch=instructions["torch"],
        onnx=instructions["onnx"],
        configuration=instructions["configuration"],
        device=instructions["device"],
    )
    return BatchesToCome(instructions["files"]["pictures"])


def _plan(instructions: Mapping[str, Any]) -> Plan:
    return Plan(
        keep=(instructions["files"]["weights"], instructions["files"]["result"]),
        memory_bytes=instructions["memory_bytes"],
        cpu_seconds=instructions["cpu_seconds"],
        threads=instructions["threads"],
        weak=instructions["weak"],
        card=instructions["device"] != "cpu",
    )


def _read(descriptor: int, instructions: Mapping[str, Any], result: int) -> Engine:
    """The stranger's file, read and checked. Raises NeedsTorch where this child has not the means to run it."""
    started = time.perf_counter()
    parts = []
    while part := os.read(descriptor, READ_BYTES):
        parts.append(part)
    named, classes = instructions["configuration"], tuple(instructions["classes"])
    found = checkpoints.read_bytes(b"".join(parts), configuration=named, classes=classes)
    parts.clear()
    engine = open_engine(found, device=instructions["device"], may_need_torch=instructions["torch"])
    require_few_classes(found.names)
    settings = EvaluationSettings.from_json(instructions["settings"])
    require_canvas(engine, settings)
    gflops = engine.gflops(settings.canvas_size)
    write_frame(
        result,
        "checkpoint",
        _sketch(found),
        format=found.format,
        architecture=found.architecture[:80],
        classes=list(found.names),
        parameters=found.parameters,
        image_size=found.image_size,
        gflops=None if gflops is None else round(gflops, 6),
        engine=engine.label[:40],
        device=engine.device,
        read_seconds=round(time.perf_counter() - started, 3),
    )
    return engine


def require_few_classes(names: Sequence[str]) -> None:
    """A file of more classes than a task can have is refused in words, not heard as a lie."""
    if len(names) > MOST_CLASSES or len(json.dumps(names)) > HEADER_BYTES // 2:
        raise refusal("classes_too_many", count=len(names))


def _sketch(found: "checkpoints.Checkpoint | checkpoints.OnnxModel") -> bytes:
    if not isinstance(found, checkpoints.OnnxModel):
        return sketch(found.state)
    from ml.engines.onnx_engine import weights_of

    return sketch(weights_of(found))


def _predict(engine: Engine, pictures: BatchesToCome, instructions: Mapping[str, Any], result: int) -> None:
    started = time.perf_counter()
    settings = EvaluationSettings.from_json(instructions["settings"])
    place = 0
    elsewhere = _Waiting()  # for pictures, and for whoever reads the answers: the network is slow in neither
    groups = elsewhere.around(_groups(pictures, instructions["shapes"]))
    for group in predict(engine, groups, settings, threads=instructions["threads"]):
        predicted = time.perf_counter()
        for found in group:
            write_frame(result, "boxes", _rows(found), image=place)
            place += 1
        elsewhere.seconds += time.perf_counter() - predicted
    seconds = time.perf_counter() - started
    each = 1_000 * max(seconds - elsewhere.seconds, 0.0) / max(place, 1)
    write_frame(result, "done", predict_seconds=round(seconds, 3), ms_per_image=round(each, 3))


class _Waiting:
    """Seconds spent on something else than predicting."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, batches: Iterator[Pixels]) -> Iterator[Pixels]:
        """The same batches, the time that each takes to come counted."""
        while True:
            asked = time.perf_counter()
            batch = next(batches, None)
            self.seconds += time.perf_counter() - asked
            if batch is None:
                return
            yield batch


def _groups(pictures: BatchesToCome, shapes: list[list[int]]) -> Iterator[Pixels]:
    """The batches (B, H, W, 3), in groups small enough for progress to move."""
    for batch in pictures.batches(shapes):
        for first in range(0, len(batch), GROUP):
            yield batch[first : first + GROUP]


def _rows(found: Detections) -> bytes:
    """(n, 6) float32 [x1, y1, x2, y2, confidence, class], little-endian."""
    rows = np.column_stack((found.xyxy.clip(-FARTHEST, FARTHEST), found.confidence, found.class_index))
    return rows.astype("<f4").tobytes()


def _say_what_broke(result: int, stage: str, error: Exception) -> None:
    """Out of memory and a file that breaks its reader are the file's doing; anything else, the card's driver among it,
    is ours."""
    out_of_memory = isinstance(error, MemoryError) or "memory" in str(error).lower()
    if stage != "starting" and out_of_memory:
        write_frame(result, "refused", code="too_much_memory", facts={})
    elif stage == "reading" and CARD_ERROR not in str(error):
        write_frame(result, "refused", code="unreadable", facts={})
    else:
        kind = "seal" if isinstance(error, SealError) else stage
        write_frame(result, "broken", stage=kind, error=f"{type(error).__name__}: {error}"[:300])
