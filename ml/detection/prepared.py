"""A split's pictures letterboxed into batches, without their labels: all that a predictor needs to see."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from ml.datasets import Split
from ml.detection.geometry import Geometry
from ml.detection.letterbox import letterbox_for_evaluation, read_image_rgb
from ml.detection.settings import STRIDE, EvaluationSettings

Pixels = npt.NDArray[np.uint8]
Shape = tuple[int, int, int, int]

_PADDING_CELLS: Final = 0.5
"""Upstream's ``pad``: half a cell of the coarsest stride, before rounding up, in rectangular batches."""

_BATCHES_AHEAD: Final = 2
_EXIF_ORIENTATION: Final = 0x0112
_TURNED: Final = (5, 6, 7, 8)  # EXIF orientations that swap width and height


@dataclass(frozen=True)
class BatchPlan:
    """Which samples share a batch, by index in the split, and their canvas (height, width) in pixels."""

    samples: tuple[int, ...]
    canvas: tuple[int, int]

    @property
    def shape(self) -> Shape:
        """(B, H, W, 3)"""
        return len(self.samples), *self.canvas, 3


@dataclass(frozen=True)
class PreparedSplit:
    """All batches in one flat buffer, and how to get from their pixels back to the pictures'.

    ``geometries`` follow ``plans``: batch after batch, picture after picture; so do predictions.
    """

    plans: tuple[BatchPlan, ...]
    pixels: Pixels  # flat
    geometries: tuple[Geometry, ...]

    @property
    def shapes(self) -> list[Shape]:
        """Of every batch; with ``pixels``, all that a predictor in another process needs."""
        return [plan.shape for plan in self.plans]

    @property
    def order(self) -> tuple[int, ...]:
        """The samples' indices in the order of the batches."""
        return tuple(index for plan in self.plans for index in plan.samples)

    def batches(self) -> Iterator[Pixels]:
        """Views (B, H, W, 3), RGB."""
        return views(self.pixels, self.shapes)


def views(pixels: Pixels, shapes: Sequence[Shape]) -> Iterator[Pixels]:
    """Batches (B, H, W, 3) inside a flat buffer; raises ValueError when the shapes do not fill it exactly."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    if sum(sizes) != pixels.size:
        raise ValueError(f"{pixels.size} bytes for batches of {sum(sizes)}")
    start = 0
    for shape, size in zip(shapes, sizes, strict=True):
        yield pixels[start : start + size].reshape(shape)
        start += size


def buffer_bytes(plans: Sequence[BatchPlan]) -> int:
    """How large a buffer ``prepare`` fills."""
    return sum(int(np.prod(plan.shape)) for plan in plans)


def plan_batches(split: Split, settings: EvaluationSettings) -> tuple[BatchPlan, ...]:
    """Batches of at most ``batch_size`` samples: in the split's order on square canvases, or by aspect ratio."""
    count, size = len(split.samples), settings.batch_size
    if settings.letterbox == "square":
        canvas = (settings.canvas_size, settings.canvas_size)
        return tuple(
            BatchPlan(tuple(range(start, min(start + size, count))), canvas) for start in range(0, count, size)
        )
    ratios = np.array([_height_per_width(sample.image) for sample in split.samples])  # (n,)
    # NumPy's default sort, as upstream: pictures of equal ratio fall into the same batches, hence on the same canvas.
    order = ratios.argsort()
    groups = [order[start : start + size] for start in range(0, count, size)]
    return tuple(BatchPlan(tuple(group.tolist()), _shared_canvas(ratios[group], settings)) for group in groups)


def prepare(
    split: Split,
    settings: EvaluationSettings,
    *,
    into: Callable[[int], Pixels] = lambda size: np.empty(size, np.uint8),
    on_progress: Callable[[int, int], None] | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> PreparedSplit:
    """Decode and letterbox a whole split into the flat buffer that ``into(size in bytes)`` gives.

    ``on_progress(done, total)`` counts pictures, ``on_batch(done)`` batches. Raises Refused (``unreadable_image``).
    """
    plans = plan_batches(split, settings)
    pixels = into(buffer_bytes(plans))
    geometries: list[Geometry] = []
    canvases = views(pixels, [plan.shape for plan in plans])
    for number, (plan, canvas) in enumerate(zip(plans, canvases, strict=True), start=1):
        geometries += _fill(split, plan, settings, canvas)
        if on_progress:
            on_progress(len(geometries), len(split.samples))
        if on_batch:
            on_batch(number)
    return PreparedSplit(plans, pixels, tuple(geometries))


class BatchStream:
    """The same batches one after another, decoded in a thread ahead of whoever consumes them.

    ``geometries`` and ``decode_seconds`` are complete once the iteration is.
    """

    def __init__(self, split: Split, settings: EvaluationSettings) -> None:
        self.plans = plan_batches(split, settings)
        self.geometries: list[Geometry] = []
        self.decode_seconds = 0.0
        self._split = split
        self._settings = settings

    def __iter__(self) -> Iterator[Pixels]:
        with ThreadPoolExecutor(1, thread_name_prefix="decode") as decoder:
            waiting: list[Future[tuple[Pixels, list[Geometry], float]]] = []
            try:
                for plan in self.plans:
                    waiting.append(decoder.submit(self._decode, plan))
                    if len(waiting) > _BATCHES_AHEAD:
                        yield self._take(waiting.pop(0))
                while waiting:
                    yield self._take(waiting.pop(0))
            finally:
                for future in waiting:
                    future.cancel()

    def _decode(self, plan: BatchPlan) -> tuple[Pixels, list[Geometry], float]:
        started = perf_counter()
        batch = np.empty(plan.shape, np.uint8)
        geometries = _fill(self._split, plan, self._settings, batch)
        return batch, geometries, perf_counter() - started

    def _take(self, future: "Future[tuple[Pixels, list[Geometry], float]]") -> Pixels:
        batch, geometries, seconds = future.result()
        self.geometries += geometries
        self.decode_seconds += seconds
        return batch


def _fill(split: Split, plan: BatchPlan, settings: EvaluationSettings, batch: Pixels) -> list[Geometry]:
    return [
        letterbox_for_evaluation(split.samples[index].image, settings.canvas_size, canvas)
        for index, canvas in zip(plan.samples, batch, strict=True)
    ]


def _shared_canvas(ratios: npt.NDArray[np.float64], settings: EvaluationSettings) -> tuple[int, int]:
    """The smallest canvas for pictures of these height/width ratios (``rect`` in YOLOv5 v6.2's loader)."""
    lowest, highest = ratios.min(), ratios.max()
    height, width = 1.0, 1.0
    if highest < 1:
        height = highest
    elif lowest > 1:
        width = 1 / lowest
    sides = np.array([height, width]) * settings.canvas_size / STRIDE + _PADDING_CELLS
    rows, columns = np.ceil(sides).astype(int) * STRIDE
    return int(rows), int(columns)


def _height_per_width(path: Path) -> float:
    """Read from the file's header, turned as EXIF says; from its pixels where Pillow does not know the format."""
    try:
        with Image.open(path) as image:
            width, height = image.size
            if image.getexif().get(_EXIF_ORIENTATION) in _TURNED:
                width, height = height, width
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        height, width = read_image_rgb(path).shape[:2]
    return height / width
