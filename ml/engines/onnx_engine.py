"""Anybody's exported detector on ONNX Runtime: from the canonical graph of ``ml.checkpoints``, never from the file."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ml.checkpoints.onnx_model import OnnxModel
from ml.checkpoints.sentences import refusal
from ml.detection.outputs import end_to_end, read_output, unexpected_output
from ml.engines import Engine, onnx_session
from ml.engines.finite import require_all_finite
from ml.engines.proposals import Floats, Pixels, Proposals

USUAL_SIDE: Final = 640  # of which the gate counts the cost where a file does not say
WHITE: Final = np.float32(255)
#: Farther than any picture reaches, near enough for the corners of a box to be numbers.
FARTHEST: Final = np.float32(1e9)


class OnnxEngine(Engine):
    """See ``ml.engines.Engine``. Raises Refused (``cannot_be_built``) for a graph that ONNX Runtime cannot take."""

    label = onnx_session.LABEL

    def __init__(self, model: OnnxModel) -> None:
        self.names = model.names
        self._model = model
        sides = {side for side in (model.input.height, model.input.width) if side is not None}
        if len(sides) > 1:
            raise refusal("onnx_canvas", found=f"{model.input.height} × {model.input.width}", expected="N × N")
        self.canvas = next(iter(sides), None)
        self._session = onnx_session.open_session(model.graph)

    def __call__(self, pictures: Pixels, confidence: float) -> list[Proposals]:
        return [one for part in self._batches(pictures) for one in self._proposals(*part)]

    def gflops(self, side: int) -> float | None:
        """What the gate counted, which grows with the picture as convolutions do."""
        counted = self._model.gflops
        return None if counted is None else counted * (side / (self._model.image_size or USUAL_SIDE)) ** 2

    def _batches(self, pictures: Pixels) -> Iterator[tuple[npt.NDArray[Any], int]]:
        """The input as the graph wants it, and how many of it are pictures: a fixed batch is filled with the last."""
        size = self._model.input.batch or len(pictures)
        for start in range(0, len(pictures), size):
            part = pictures[start : start + size]
            missing = size - len(part)
            filled = np.concatenate((part, *[part[-1:]] * missing)) if missing else part
            yield self._as_input(filled), len(part)

    def _as_input(self, pictures: Pixels) -> npt.NDArray[Any]:
        planes = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))  # (B, 3, H, W)
        dtype = self._model.input.dtype
        return planes if dtype == "uint8" else (planes / WHITE).astype(dtype, copy=False)

    def _proposals(self, batch: npt.NDArray[Any], count: int) -> list[Proposals]:
        output = onnx_session.run(self._session, {self._model.input.name: batch})[0]
        classes = len(self.names)
        if len(output) != len(batch):  # a graph may promise any batch, and answer for one picture
            raise unexpected_output(self._model.output, classes, output)
        output = output[:count].astype(np.float32, copy=False)
        if self._model.output == "end_to_end":
            require_all_finite([output])
            _require_scores(output[..., 4].clip(0))  # some fill up with rows of a score below 0: nobody's boxes
            return [_reachable(end_to_end(rows, classes)) for rows in output]
        found = read_output(output, self._model.output, classes)
        for one in found:
            require_all_finite((one.boxes, one.class_scores, one.objectness))
            _require_scores(one.class_scores, one.objectness)
        return [_reachable(one) for one in found]


def _require_scores(*every: Floats | None) -> None:
    """A score outside 0…1 is a logit, or a lie: an export without its last activation."""
    for scores in every:
        if scores is not None and scores.size and not (scores.min() >= 0 and scores.max() <= 1):
            raise refusal("onnx_scores")


def _reachable(one: Proposals) -> Proposals:
    """The same with boxes whose corners are finite, as their numbers are."""
    if not one.boxes.size or np.abs(one.boxes).max() <= FARTHEST:
        return one
    return replace(one, boxes=one.boxes.clip(-FARTHEST, FARTHEST))


def weights_of(model: OnnxModel) -> dict[str, npt.NDArray[Any]]:
    """The graph's tensors by name, for a sketch of them."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.ModelProto.FromString(model.graph).graph
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer if len(tensor.dims) > 1}
