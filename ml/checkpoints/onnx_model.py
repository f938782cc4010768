"""What reading a stranger's ONNX file gives: a graph that was checked node by node, and what it says of itself."""

from dataclasses import dataclass
from typing import Literal

#: What the first output of a detector is, B being the batch, N the candidates and C the classes:
#: "yolov5" (B, N, 5 + C): box as cx cy w h in pixels, objectness, classes; "ultralytics" (B, 4 + C, N): box as
#: cx cy w h in pixels, classes; "end_to_end" (B, N, 6): box as x1 y1 x2 y2 in pixels, confidence, class, suppressed.
Output = Literal["yolov5", "ultralytics", "end_to_end"]
Dtype = Literal["float32", "float16", "uint8"]


@dataclass(frozen=True, slots=True)
class OnnxInput:
    """The one input, (batch, 3, height, width) RGB; what may vary from call to call is None.

    Real numbers are in 0…1; "uint8" takes 0…255.
    """

    name: str
    dtype: Dtype
    height: int | None
    width: int | None
    batch: int | None


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """A detector as an ONNX file describes it, beside :class:`ml.checkpoints.Checkpoint`.

    ``graph`` is the model in canonical bytes: checked, with no text, metadata, unknown field or second output left:
    the only form to be run. ``names`` are the classes in the order of their index, a stranger's text; where the file
    had none, those that the caller gave (``names_assumed``). ``parameters`` counts the numbers of the graph that are
    not shapes or indexes; ``gflops`` is of one picture of ``image_size`` (640 where unknown): two operations for each
    multiplication and addition of a convolution or a matrix product, and its bias. ``digest`` is "sha256:…" of the
    whole file.
    """

    graph: bytes
    names: tuple[str, ...]
    names_assumed: bool
    parameters: int
    image_size: int | None
    input: OnnxInput
    output: Output
    architecture: str
    digest: str
    gflops: float | None = None
    format: str = "onnx"
    family: Literal["onnx"] = "onnx"
