"""YOLOv5 files on ONNX Runtime, without torch: checked, poured into a graph that we write, decoded in NumPy.

The same checks as ``ml.checkpoints.rebuilding``: every key, shape, class, hyper-parameter and stride is compared with
what the configuration gives, and the network is tried on one grey picture. What this file does not know is left to
torch (``NeedsTorch``).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from ml.checkpoints.comparing import require_same, require_same_stride
from ml.checkpoints.limits import LIMITS, Limits
from ml.checkpoints.sentences import refusal
from ml.engines import Engine, onnx_session
from ml.engines.finite import require_finite
from ml.engines.graph import INPUT, Feature, Walker, walk
from ml.engines.onnx_writer import OnnxWriter
from ml.engines.parts import BOX_VALUES, NeedsTorch, blueprint, network
from ml.engines.proposals import Floats, Pixels, Proposals
from ml.errors import Refused
from ml.zoo.yolov5_config import Plan, read_plan

if TYPE_CHECKING:
    from ml.checkpoints import Checkpoint

STRIDES_SIDE: Final = 512  # a multiple of the largest stride in use, 64
TRIAL_SIDE: Final = 256
GREY: Final = 114
_NEARLY_NOTHING: Final = np.float32(1e-3)  # margin for the rounding of a logarithm, in logits


class Yolov5Engine(Engine):
    """See ``ml.engines.Engine``."""

    label = onnx_session.LABEL

    def __init__(self, checkpoint: "Checkpoint", limits: Limits = LIMITS) -> None:
        """Raises NeedsTorch, and Refused as ``ml.checkpoints.rebuild`` does."""
        plan = _plan(checkpoint)
        self._plan, self._root = plan, network(plan, checkpoint.config)
        strides = _strides(walk(Walker(), self._root, plan, STRIDES_SIDE, STRIDES_SIDE))
        require_same(blueprint(self._root, strides), checkpoint, limits)
        require_same_stride(checkpoint, strides)
        self.names = checkpoint.names
        self.strides = strides
        anchors = checkpoint.state[f"model.{len(plan.layers) - 1}.anchors"].astype(np.float32)  # (levels, anchors, 2)
        with np.errstate(over="ignore"):
            self._anchors = anchors * np.array(strides, np.float32)[:, None, None]  # pixels
            if not np.isfinite(4 * self._anchors).all():
                raise refusal("output_not_finite")
        writer = OnnxWriter()
        levels = walk(Walker(writer, checkpoint.state), self._root, plan, STRIDES_SIDE, STRIDES_SIDE)
        self._session = onnx_session.open_session(_model(writer, levels, plan), writer.weights)
        self._try()

    def gflops(self, side: int) -> float | None:
        """2 × MACs / 10⁹ of one square picture, in ``ml.operations``' convention."""
        walker = Walker()
        try:
            walk(walker, self._root, self._plan, side, side)
        except NeedsTorch:
            return None
        return 2 * walker.macs / 1e9

    def __call__(self, pictures: Pixels, confidence: float) -> list[Proposals]:
        """Only boxes whose objectness is above ``confidence`` are decoded. Raises Refused (``not_finite``)."""
        levels = onnx_session.run(self._session, {INPUT: pictures})
        require_finite(levels)
        decoded = [self._decode(level, at, confidence) for at, level in enumerate(levels)]
        return [Proposals(*_joined(decoded, picture)) for picture in range(len(pictures))]

    def _decode(self, level: Floats, at: int, confidence: float) -> tuple[npt.NDArray[np.int64], Floats]:
        """(B, anchors × values, ny, nx) logits -> pictures (n,) and rows (n, 5 + C) of the boxes worth a look.

        Source: YOLOv5 v6.2, ``Detect.forward``: a box may leave its cell by half of it, and be four anchors large.
        """
        batch, _, rows, columns = level.shape
        anchors = self._anchors[at]  # (anchors, 2)
        values = level.reshape(batch, len(anchors), -1, rows, columns)
        picture, anchor, y, x = np.nonzero(values[:, :, 4] > _logit(confidence))
        share = _sigmoid(values.transpose(0, 1, 3, 4, 2)[picture, anchor, y, x])  # (n, 5 + C) in 0…1
        cell = np.stack((x, y), axis=1).astype(np.float32) - np.float32(0.5)
        share[:, :2] = (share[:, :2] * 2 + cell) * np.float32(self.strides[at])
        share[:, 2:4] = (share[:, 2:4] * 2) ** 2 * anchors[anchor]
        return picture, share

    def _try(self) -> None:
        """One grey picture, as torch's path tries it: the output must be finite."""
        picture = np.full((1, TRIAL_SIDE, TRIAL_SIDE, 3), GREY, np.uint8)
        try:
            self(picture, 0.0)
        except Refused as refused:
            if refused.code != "not_finite":
                raise
            raise refusal("output_not_finite") from refused


def _plan(checkpoint: "Checkpoint") -> Plan:
    try:
        return read_plan(checkpoint.config)
    except Refused as refused:
        raise refusal("cannot_be_built") from refused


def _strides(levels: Sequence[Feature]) -> list[int]:
    """Pixels of a cell of each level. Raises NeedsTorch where torch would refuse."""
    if any(STRIDES_SIDE % level.height for level in levels):
        raise NeedsTorch("a level's cells are not a whole number of pixels")
    return [STRIDES_SIDE // level.height for level in levels]


def _model(writer: OnnxWriter, levels: Sequence[Feature], plan: Plan) -> bytes:
    free: list[int | str] = ["batch", "height", "width", plan.input_channels]
    outputs: dict[str, tuple[str, Sequence[int | str]]] = {
        level.name: ("float32", ["batch", level.channels, f"height{at}", f"width{at}"])
        for at, level in enumerate(levels)
    }
    return writer.finish({INPUT: ("uint8", free)}, outputs)


def _joined(decoded: Sequence[tuple[npt.NDArray[np.int64], Floats]], picture: int) -> tuple[Any, Any, Any]:
    """One picture's boxes (n, 4), class scores (n, C) and objectness (n,), level after level, in upstream's order."""
    rows = np.concatenate([share[_of_picture(pictures, picture)] for pictures, share in decoded])
    return rows[:, :4], rows[:, BOX_VALUES:], rows[:, 4]


def _of_picture(pictures: npt.NDArray[np.int64], picture: int) -> slice:
    """``np.nonzero`` gives them in order."""
    return slice(*np.searchsorted(pictures, (picture, picture + 1)).tolist())


def _logit(confidence: float) -> np.float32:
    if not 0 < confidence < 1:
        return np.float32(-np.inf if confidence <= 0 else np.inf)
    return np.float32(np.log(confidence / (1 - confidence))) - _NEARLY_NOTHING


def _sigmoid(values: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-values)), np.float32)
