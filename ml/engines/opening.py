"""A file that was read -> the engine that runs it, without torch wherever that is possible."""

from typing import TYPE_CHECKING

from ml.checkpoints.onnx_model import OnnxModel
from ml.engines import Engine
from ml.engines.parts import NeedsTorch

if TYPE_CHECKING:
    from ml.checkpoints import Checkpoint


def open_engine(found: "Checkpoint | OnnxModel", *, device: str = "cpu", may_need_torch: bool = True) -> Engine:
    """The engine for a file's network, every check of ``ml.checkpoints.rebuild`` made.

    ONNX Runtime runs ONNX files, and YOLOv5's on the processor; torch the rest. Raises ``Refused`` as ``rebuild``
    does, and ``NeedsTorch`` when only torch would do and ``may_need_torch`` is False.
    """
    if isinstance(found, OnnxModel):
        from ml.engines.onnx_engine import OnnxEngine

        return OnnxEngine(found)
    if found.family == "yolov5" and device == "cpu":
        try:
            return _light(found)
        except NeedsTorch:
            if not may_need_torch:
                raise
    if not may_need_torch:
        raise NeedsTorch(f"{found.family} on {device}")
    from ml.checkpoints import rebuild
    from ml.engines.torch_engine import TorchEngine

    return TorchEngine(rebuild(found), found.family, device)


def _light(found: "Checkpoint") -> Engine:
    from ml.engines.yolov5 import Yolov5Engine

    return Yolov5Engine(found)
