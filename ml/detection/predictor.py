"""A network and letterboxed pictures to detections. Opens no file and imports no decoder: it runs inside the seal."""

import copy
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ml.detection.detections import Detections
from ml.detection.nms import suppress
from ml.detection.outputs import RawPredictions, best_class_only, read_output
from ml.detection.settings import EvaluationSettings
from ml.errors import Refused

Pixels = npt.NDArray[np.uint8]

_FORWARD_PIXELS: Final = 4 * 320 * 320
"""Pictures go through the network a few at a time, about as many pixels as the caches of a core like.

The result does not depend on it (convolutions see one picture at a time); only the canvas follows ``batch_size``.
"""


def predict(
    network: nn.Module,
    family: str,
    batches_rgb: Iterable[Pixels],
    settings: EvaluationSettings,
    *,
    threads: int | None = None,
    multi_label: bool = True,
) -> Iterator[list[Detections]]:
    """For each batch (B, H, W, 3) of letterboxed RGB pictures, the detections in each picture, in canvas pixels.

    ``network`` must have ``names`` (its classes) and is not changed: a fused copy runs. ``threads`` defaults to
    torch's; each takes a few pictures from the network's input to the last suppression on its own. That beats
    splitting every convolution among them, most of all when somebody else wants the same cores, and the result is
    the same to the bit whatever their number. With one, no thread is started (a seal may forbid it).
    ``multi_label``: one box may count for several classes, as in upstream's validation but not in its detection.

    Raises Refused: ``unexpected_output`` or ``unknown_family`` (see ``read_output``), ``not_finite`` when the
    network predicts something that is not a number. Raises ValueError for a batch of another shape or type.
    """
    threads = threads or torch.get_num_threads()
    class_count = len(network.names)  # type: ignore[arg-type]
    with _alone():
        networks = _twins(prepared(network), threads)
    predictor = _Predictor(networks, family, class_count, settings, multi_label)
    if threads > 1:
        yield from _predict_in_threads(predictor, batches_rgb, threads)
        return
    for batch in batches_rgb:
        with _alone():
            found = [one for part in _parts(batch) for one in predictor(part)]
        yield found


def _predict_in_threads(
    predictor: "_Predictor", batches_rgb: Iterable[Pixels], threads: int
) -> Iterator[list[Detections]]:
    with ThreadPoolExecutor(threads, "predict", initializer=_compute_alone) as pool:
        waiting: deque[list[Future[list[Detections]]]] = deque()
        try:
            for batch in batches_rgb:
                waiting.append([pool.submit(predictor, part) for part in _parts(batch)])
                if len(waiting) > 1:  # one batch is in the threads while the next is fetched
                    yield _join(waiting.popleft())
            while waiting:
                yield _join(waiting.popleft())
        finally:
            for future in (future for parts in waiting for future in parts):
                future.cancel()


@dataclass(frozen=True)
class _Predictor:
    """What every thread does with a few pictures.

    ``networks`` waits with one network per thread: heads of ultralytics remember the last canvas, so that two
    threads with different canvases cannot share one.
    """

    networks: SimpleQueue[nn.Module]
    family: str
    class_count: int
    settings: EvaluationSettings
    multi_label: bool

    def __call__(self, pictures: Pixels) -> list[Detections]:
        network = self.networks.get_nowait()
        try:
            return self._detect(network, pictures)
        finally:
            self.networks.put(network)

    def _detect(self, network: nn.Module, pictures: Pixels) -> list[Detections]:
        with torch.inference_mode():
            predictions = read_output(network(as_input(pictures)), self.family, self.class_count)
            _check_finite(predictions)
            if not self.multi_label:
                predictions = best_class_only(predictions)
            kept = suppress(
                predictions,
                confidence=self.settings.confidence,
                iou=self.settings.iou,
                max_detections=self.settings.max_detections,
            )
        return [Detections(one.xyxy, one.confidence, one.class_index) for one in kept]


def _compute_alone() -> None:
    """This thread's operations take no other thread, and no time over denormals.

    Untrained networks are full of such numbers, too small for normal arithmetic, each a hundred times slower.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


@contextmanager
def _alone() -> Iterator[None]:
    """As in a thread of one's own, and afterwards as before."""
    threads = torch.get_num_threads()
    _compute_alone()
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(threads)


def _parts(batch: Pixels) -> Iterator[Pixels]:
    _check_batch(batch)
    step = max(1, _FORWARD_PIXELS // (batch.shape[1] * batch.shape[2]))
    return (batch[start : start + step] for start in range(0, len(batch), step))


def _join(parts: list["Future[list[Detections]]"]) -> list[Detections]:
    return [detections for part in parts for detections in part.result()]


def prepared(network: nn.Module) -> nn.Module:
    """A copy made for speed: evaluation mode, no gradients, batch normalization folded into the convolutions."""
    network = copy.deepcopy(network).eval().requires_grad_(False)
    for module in network.modules():
        convolution, normalization = getattr(module, "conv", None), getattr(module, "bn", None)
        if isinstance(convolution, nn.Conv2d) and isinstance(normalization, nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(convolution, normalization)
            module.bn = nn.Identity()
    return network.to(memory_format=torch.channels_last)


def _twins(network: nn.Module, count: int) -> SimpleQueue[nn.Module]:
    """Copies that share their weights: what a copy writes on itself stays its own."""
    shared = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
    twins: SimpleQueue[nn.Module] = SimpleQueue()
    for _ in range(count):
        twins.put(copy.deepcopy(network, dict(shared)))
    return twins


def as_input(batch_rgb: Pixels) -> Tensor:
    """(B, H, W, 3) bytes → (B, 3, H, W) float32 in 0…1, channels last in memory."""
    return torch.from_numpy(batch_rgb).permute(0, 3, 1, 2).float() / 255


def _check_finite(predictions: RawPredictions) -> None:
    """One sum per tensor: a single NaN or infinity anywhere makes it NaN or infinite."""
    parts = (predictions.boxes, predictions.class_scores, predictions.objectness)
    if all(part is None or bool(torch.isfinite(part.sum())) for part in parts):
        return
    raise Refused(
        "not_finite",
        {
            "en": "the network predicts values that are not numbers (NaN or infinity)",
            "fr": "le réseau prédit des valeurs qui ne sont pas des nombres (NaN ou infini)",
        },
        {
            "en": "The training has probably diverged: lower the learning rate, or send an earlier checkpoint.",
            "fr": "L'entraînement a sans doute divergé : baissez le taux d'apprentissage, ou envoyez un "
            "checkpoint plus ancien.",
        },
    )


def _check_batch(batch: Pixels) -> None:
    if batch.dtype != np.uint8 or batch.ndim != 4 or batch.shape[3] != 3 or not len(batch):
        raise ValueError(f"a batch must be (B, H, W, 3) bytes, not {batch.shape} {batch.dtype}")
