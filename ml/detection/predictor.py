"""An engine and letterboxed pictures to detections. Opens no file and imports no decoder: it runs inside the seal."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from ml.checkpoints.sentences import refusal
from ml.detection.detections import Detections
from ml.detection.nms import suppress
from ml.detection.settings import EvaluationSettings
from ml.engines import Engine
from ml.engines.proposals import Pixels

_FORWARD_PIXELS: Final = 4 * 320 * 320
"""Pictures go through the network a few at a time, about as many pixels as the caches of a core like.

The result does not depend on it (convolutions see one picture at a time); only the canvas follows ``batch_size``.
"""


def predict(
    engine: Engine,
    batches_rgb: Iterable[Pixels],
    settings: EvaluationSettings,
    *,
    threads: int | None = None,
    multi_label: bool = True,
) -> Iterator[list[Detections]]:
    """For each batch (B, H, W, 3) of letterboxed RGB pictures, the detections in each picture, in canvas pixels.

    ``threads`` defaults to the processor's cores (``OMP_NUM_THREADS`` where it is set); each takes a few pictures from
    the network's input to the last suppression on its own. That beats splitting every convolution among them, most of
    all when somebody else wants the same cores, and the result is the same to the bit whatever their number. With one,
    no thread is started (a seal may forbid it).
    ``multi_label``: one box may count for several classes, as in upstream's validation but not in its detection.

    Raises Refused as the engine does, and ``onnx_canvas`` where it only takes other canvases. Raises ValueError for a
    batch of another shape or type.
    """
    require_canvas(engine, settings)
    threads = 1 if engine.device != "cpu" else threads or usual_threads()
    engine.get_ready(threads)
    predictor = _Predictor(engine, settings, multi_label)
    if threads > 1:
        yield from _predict_in_threads(predictor, batches_rgb, threads)
        return
    for batch in batches_rgb:
        with engine.alone():
            found = [one for part in pieces_of(batch) for one in predictor(part)]
        yield found


def require_canvas(engine: Engine, settings: EvaluationSettings) -> None:
    """An export for one size predicts on squares of that size only: Refused (``onnx_canvas``) for anything else."""
    found, side = engine.canvas, settings.canvas_size
    if found is not None and (settings.letterbox != "square" or found != side):
        square = settings.letterbox == "square"
        expected = f"{side} × {side}" if square else f"{side} × …"
        raise refusal("onnx_canvas", found=f"{found} × {found}", expected=expected)


def usual_threads() -> int:
    """As many as this process may use cores, or what ``OMP_NUM_THREADS`` says."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdigit() and int(said) else len(os.sched_getaffinity(0))


def _predict_in_threads(
    predictor: "_Predictor", batches_rgb: Iterable[Pixels], threads: int
) -> Iterator[list[Detections]]:
    with ThreadPoolExecutor(threads, "predict", initializer=predictor.engine.enter_thread) as pool:
        waiting: deque[list[Future[list[Detections]]]] = deque()
        try:
            for batch in batches_rgb:
                waiting.append([pool.submit(predictor, part) for part in pieces_of(batch)])
                if len(waiting) > 1:  # one batch is in the threads while the next is fetched
                    yield _join(waiting.popleft())
            while waiting:
                yield _join(waiting.popleft())
        finally:
            for future in (future for parts in waiting for future in parts):
                future.cancel()


@dataclass(frozen=True)
class _Predictor:
    """What every thread does with a few pictures."""

    engine: Engine
    settings: EvaluationSettings
    multi_label: bool

    def __call__(self, pictures: Pixels) -> list[Detections]:
        proposals = self.engine(pictures, self.settings.confidence)
        if not self.multi_label:
            proposals = [one.best_class_only() for one in proposals]
        kept = suppress(
            proposals,
            confidence=self.settings.confidence,
            iou=self.settings.iou,
            max_detections=self.settings.max_detections,
        )
        return [Detections(one.xyxy, one.confidence, one.class_index) for one in kept]


def pieces_of(batch: Pixels) -> Iterator[Pixels]:
    _check_batch(batch)
    step = max(1, _FORWARD_PIXELS // (batch.shape[1] * batch.shape[2]))
    return (batch[start : start + step] for start in range(0, len(batch), step))


def _join(parts: list["Future[list[Detections]]"]) -> list[Detections]:
    return [detections for part in parts for detections in part.result()]


def _check_batch(batch: Pixels) -> None:
    if batch.dtype != np.uint8 or batch.ndim != 4 or batch.shape[3] != 3 or not len(batch):
        raise ValueError(f"a batch must be (B, H, W, 3) bytes, not {batch.shape} {batch.dtype}")
