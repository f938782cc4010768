"""An ONNX file -> an :class:`OnnxModel`: parsed as bytes alone, checked node by node, written again without the rest.

``onnx.load`` and ONNX Runtime read other files beside the model when it asks for them; ``ModelProto.FromString``
opens nothing. Decision 0152 tells each check.
"""

import hashlib
from typing import TYPE_CHECKING, Final

from ml.checkpoints import onnx_graph, onnx_outputs, onnx_shapes
from ml.checkpoints.configuration import class_names
from ml.checkpoints.limits import Limits
from ml.checkpoints.onnx_metadata import Metadata, metadata_of
from ml.checkpoints.onnx_model import Dtype, OnnxInput, OnnxModel
from ml.checkpoints.onnx_outputs import Reading
from ml.checkpoints.onnx_wire import require_few_parts
from ml.checkpoints.sentences import refusal

if TYPE_CHECKING:
    from onnx import ModelProto, ValueInfoProto

_INPUTS: Final[dict[int, Dtype]] = {1: "float32", 10: "float16", 2: "uint8"}
_CHANNELS: Final = 3
_USUAL_SIDE: Final = 640  # pixels
_REAL: Final = (1, 10)  # types of an output: float32, float16


def read_onnx(buffer: bytes, classes: tuple[str, ...], limits: Limits) -> OnnxModel:
    """Read a detector's ONNX file; ``classes`` stand in for names that it does not have, where their number fits.

    Raises ``Refused``: the ``onnx_…`` family, ``not_finite``, ``too_many_parameters``, ``names_…``, ``classes_needed``
    and that of another task.
    """
    if len(buffer) > limits.file_bytes:
        raise refusal("file_too_big", limit=limits.file_bytes >> 20)
    model = _parsed(buffer, limits)
    opset = onnx_graph.require_plain(model)
    parameters = onnx_graph.walk(model.graph, limits)
    given = _input_of(model, limits)
    _require_outputs(model, limits)
    said = metadata_of(model, limits)
    onnx_graph.strip(model, opset)
    height, width = (given.height or said.image_size or _USUAL_SIDE, given.width or said.image_size or _USUAL_SIDE)
    found = onnx_shapes.inferred(model, (given.batch or 1, _CHANNELS, height, width), limits)
    gflops = _gflops(model, found, given.batch or 1, limits)
    place, reading = _output_of(model, found, (height, width), said, len(classes))
    names = _names(said, reading, classes, limits)
    _keep(model, given, place)
    return OnnxModel(
        graph=model.SerializeToString(deterministic=True),
        names=names,
        names_assumed=not said.names,
        parameters=parameters,
        image_size=_fixed_side(given) or said.image_size,
        input=given,
        output=reading.output,
        architecture=f"onnx ({reading.output})",
        digest=f"sha256:{hashlib.sha256(buffer).hexdigest()}",
        gflops=gflops,
    )


def _parsed(buffer: bytes, limits: Limits) -> "ModelProto":
    require_few_parts(buffer, limits)
    import onnx

    try:
        model: ModelProto = onnx.ModelProto.FromString(buffer)
    except Exception as error:  # protobuf's DecodeError, of a package that is not ours to import
        raise refusal("onnx_damaged") from error
    return model


def _input_of(model: "ModelProto", limits: Limits) -> OnnxInput:
    """The one input that no initializer fills, (batch, 3, height, width)."""
    initialized = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in initialized]
    if len(inputs) != 1:
        raise refusal("onnx_input", found=len(inputs))
    value = inputs[0]
    kind, sizes = value.type.tensor_type.elem_type, _sizes(value)
    if value.type.WhichOneof("value") != "tensor_type" or kind not in _INPUTS or len(sizes) != 4:
        raise refusal("onnx_input", found=_shown(sizes))
    batch, channels, height, width = sizes
    sides = range(limits.onnx_least_side, limits.onnx_most_side + 1)
    if channels not in (None, _CHANNELS) or any(side is not None and side not in sides for side in (height, width)):
        raise refusal("onnx_input", found=_shown(sizes))
    if batch is not None and not 1 <= batch <= limits.onnx_batch:
        raise refusal("onnx_input", found=_shown(sizes))
    return OnnxInput(value.name, _INPUTS[kind], height, width, batch)


def _require_outputs(model: "ModelProto", limits: Limits) -> None:
    outputs = model.graph.output
    are_tensors = all(output.type.WhichOneof("value") == "tensor_type" for output in outputs)
    if not 1 <= len(outputs) <= limits.onnx_outputs or not are_tensors:
        raise refusal("onnx_output", found=f"{len(outputs)} × ?", classes="?")


def _sizes(value: "ValueInfoProto") -> tuple[int | None, ...]:
    dimensions = value.type.tensor_type.shape.dim
    return tuple(one.dim_value if one.WhichOneof("value") == "dim_value" else None for one in dimensions)


def _gflops(model: "ModelProto", found: onnx_shapes.Shapes, batch: int, limits: Limits) -> float | None:
    counted = onnx_shapes.gflops(model.graph, found)
    if counted is None:
        return None
    if counted / batch > limits.onnx_gflops:
        raise refusal("onnx_too_slow", found=round(counted / batch), limit=round(limits.onnx_gflops))
    return round(counted / batch, 3)


def _output_of(
    model: "ModelProto", found: onnx_shapes.Shapes, picture: tuple[int, int], said: Metadata, given: int
) -> tuple[int, Reading]:
    """Which output is a detector's, and how to read it: old exports have three raw levels beside it.

    Where the file names no classes, a reading for as many as are ``given`` is looked for first.
    """
    outputs = model.graph.output
    shapes = [found.shapes.get(output.name, ()) if found.types[output.name] in _REAL else () for output in outputs]
    classes = len(said.names) or None
    for wanted in (classes,) if classes else (given or None, None):
        for place, shape in enumerate(shapes):
            reading = onnx_outputs.reading_of(shape, picture=picture, classes=wanted, suppresses=said.suppresses)
            if reading is not None:
                return place, reading
    raise refusal("onnx_output", found=", ".join(map(_shown, shapes[:4])), classes="?" if classes is None else classes)


def _names(said: Metadata, reading: Reading, classes: tuple[str, ...], limits: Limits) -> tuple[str, ...]:
    if said.names:
        return said.names
    if not classes:
        raise refusal("classes_needed")
    if reading.classes not in (None, len(classes)):
        raise refusal("names_count", nc=reading.classes, count=len(classes))
    return class_names(list(classes), len(classes), limits)


def _keep(model: "ModelProto", given: OnnxInput, place: int) -> None:
    """Write the input and one output again, in our own words; from IR 4 on initializers need not be inputs."""
    import onnx

    graph = model.graph
    kinds = {value.name: value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)}
    name = graph.output[place].name
    output = onnx.helper.make_tensor_value_info(name, kinds[name], [None, None, None])
    sizes = [given.batch or "batch", _CHANNELS, given.height or "height", given.width or "width"]
    taken = onnx.helper.make_tensor_value_info(given.name, kinds[given.name], sizes)
    graph.ClearField("input")
    graph.input.append(taken)
    graph.ClearField("output")
    graph.output.append(output)
    model.ir_version = max(model.ir_version, 4)


def _fixed_side(given: OnnxInput) -> int | None:
    sides = [side for side in (given.height, given.width) if side is not None]
    return max(sides, default=None)


def _shown(sizes: "tuple[int | None, ...]") -> str:
    return "(" + ", ".join("?" if size is None else str(size) for size in sizes) + ")"
