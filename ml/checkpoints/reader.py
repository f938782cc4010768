"""A stranger's file -> a :class:`Checkpoint`. No torch here: nothing in this path could build or run a network."""

import hashlib
from pathlib import Path
from typing import Any, Final

from ml.checkpoints import architecture, configuration, ultralytics, yolov5
from ml.checkpoints.allowlist import ULTRALYTICS_ROOTS, YOLOV5_ROOTS
from ml.checkpoints.archive import Archive, open_archive
from ml.checkpoints.bare import STALE, Bare, checkpoint_of
from ml.checkpoints.checkpoint import Checkpoint, Family
from ml.checkpoints.interpreter import Interpreter
from ml.checkpoints.limits import LIMITS, Limits
from ml.checkpoints.modules import walk
from ml.checkpoints.nodes import Instance, TensorView
from ml.checkpoints.onnx_model import OnnxModel
from ml.checkpoints.onnx_reader import read_onnx
from ml.checkpoints.safetensors import read_safetensors
from ml.checkpoints.sentences import refusal
from ml.checkpoints.sniff import format_of, require_torch_zip
from ml.checkpoints.tensors import Materializer, dtype_name
from ml.errors import Refused

_MODELS: Final = ("ema", "model")  # the average of the weights is what training evaluates and keeps
_STATES: Final = ("ema", "model", "state_dict", "model_state_dict", "net", "weights")
_ARGUMENTS: Final = ("train_args", "opt")  # of ultralytics, of YOLOv5 from v6.2 on
_MOST_STRIDES: Final = 8
_OTHER_TASKS: Final = {  # how the name of a class begins → refusal
    "Classif": "classification_weights",
    "Segment": "segmentation_weights",
    "Semantic": "segmentation_weights",
    "Pose": "other_task_weights",
    "Depth": "other_task_weights",
    "OBB": "other_task_weights",
    "RTDETR": "other_task_weights",
    "World": "other_task_weights",
    "YOLOE": "other_task_weights",
}


def read(
    path: str | Path, *, configuration: str = "", classes: tuple[str, ...] = (), limits: Limits = LIMITS
) -> Checkpoint | OnnxModel:
    """Read a detector's file as data, whatever its format.

    ``configuration`` is a published network's name ("yolov5s"), for files that hold weights alone; ``classes`` are
    the names to use where the file has none. Raises ``Refused`` with one of the codes of ``sentences.SENTENCES``.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            buffer = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise refusal("file_missing", name=path.name) from error
    return read_bytes(buffer, configuration=configuration, classes=classes, limits=limits)


def read_bytes(
    buffer: bytes, *, configuration: str = "", classes: tuple[str, ...] = (), limits: Limits = LIMITS
) -> Checkpoint | OnnxModel:
    """Read a file from memory, as :func:`read` does. Whatever goes wrong is a refusal, never a crash."""
    try:
        return _read(buffer, configuration, classes, limits)
    except Refused:
        raise
    except Exception as error:  # MemoryError and RecursionError too: a file that causes them is not a checkpoint
        raise refusal("unreadable") from error


def read_checkpoint(path: str | Path, *, configuration: str = "", classes: tuple[str, ...] = ()) -> Checkpoint:
    """As :func:`read`, for whoever needs the weights by name: an ONNX file is refused (``onnx_file``)."""
    return _require_checkpoint(read(path, configuration=configuration, classes=classes))


def read_checkpoint_bytes(buffer: bytes, *, configuration: str = "", classes: tuple[str, ...] = ()) -> Checkpoint:
    """As :func:`read_bytes`, for whoever needs the weights by name: an ONNX file is refused (``onnx_file``)."""
    return _require_checkpoint(read_bytes(buffer, configuration=configuration, classes=classes))


def _require_checkpoint(found: Checkpoint | OnnxModel) -> Checkpoint:
    if isinstance(found, OnnxModel):
        raise refusal("onnx_file")
    return found


def describe(buffer: bytes, limits: Limits) -> tuple[Archive, Any]:
    """The file's entries, and what its pickle describes as inert nodes. Raises ``Refused``."""
    require_torch_zip(buffer, limits)
    archive = open_archive(buffer, limits)
    if archive.size("data.pkl") > limits.pickle_bytes:
        raise refusal("pickle_too_big")
    return archive, _described(archive.read("data.pkl"), limits)


def networks_of(top: Any) -> list[Instance]:
    """The networks that a file describes, the one that tools use first. Raises ``Refused`` where there is none."""
    networks = _networks(top)
    if networks:
        return networks
    raise refusal("no_model" if _weights_alone(top) is None else "plain_state_dict")


def _networks(top: Any) -> list[Instance]:
    candidates = [top.get(key) for key in _MODELS] if isinstance(top, dict) else [top]
    return [
        candidate
        for candidate in candidates
        if type(candidate) is Instance and candidate.name in YOLOV5_ROOTS | ULTRALYTICS_ROOTS
    ]


def _read(buffer: bytes, named: str, classes: tuple[str, ...], limits: Limits) -> Checkpoint | OnnxModel:
    kind = format_of(buffer, limits)
    if kind == "onnx":
        return read_onnx(buffer, classes, limits)
    if kind == "safetensors":
        tensors = read_safetensors(buffer, limits)
        notes = Bare(tensors.state, tensors.dtypes, tensors.metadata, kind, _digest(buffer))
        return checkpoint_of(notes, named, classes, limits)
    archive, top = describe(buffer, limits)
    networks = _networks(top)
    if networks:
        return _whole(buffer, archive, top, networks[0], limits)
    weights = _weights_alone(top)
    if weights is None:
        raise refusal("no_model")
    return checkpoint_of(_bare(buffer, archive, weights, limits), named, classes, limits)


def _bare(buffer: bytes, archive: Archive, weights: dict[str, TensorView], limits: Limits) -> Bare:
    """The tensors of a ``state_dict``; what its keys must look like is checked when they are matched."""
    materializer = Materializer(archive, limits)
    weights = {name: view for name, view in weights.items() if not name.endswith(STALE)}
    state = {name: materializer.array(view, name) for name, view in weights.items()}
    dtypes = {name: dtype_name(view) for name, view in weights.items()}
    return Bare(state, dtypes, {}, "pt", _digest(buffer))


def _digest(buffer: bytes) -> str:
    return f"sha256:{hashlib.sha256(buffer).hexdigest()}"


def _whole(buffer: bytes, archive: Archive, top: Any, root: Instance, limits: Limits) -> Checkpoint:
    """A checkpoint that holds its network."""
    attributes = root.state or {}
    config = configuration.checked(attributes.get("yaml"), limits)
    names = configuration.class_names(attributes.get("names"), config.get("nc"), limits)
    materializer = Materializer(archive, limits)
    tree = walk(root, materializer, limits)
    if root.name in YOLOV5_ROOTS:
        family: Family = "yolov5"
        config = yolov5.checked_configuration(config, tree.modules, limits)
    else:
        family = "ultralytics"
        config = ultralytics.checked_configuration(config, limits)
    return Checkpoint(
        format="pt",
        family=family,
        architecture=architecture.name_of(config, family),
        config=config,
        names=names,
        state=tree.state,
        dtypes=tree.dtypes,
        modules=tuple(tree.modules),
        stated_stride=_stated_stride(attributes.get("stride"), materializer),
        parameters=tree.parameters,
        image_size=_image_size(top, limits),
        digest=_digest(buffer),
    )


def _described(program: bytes, limits: Limits) -> Any:
    """What the pickle describes, provided that every layer in it is one we know."""
    interpreter = Interpreter(program, limits)
    try:
        top = interpreter.run()
    except Refused as refused:
        if refused.code in ("forbidden_name", "forbidden_call") and interpreter.unknown:
            raise _unknown_layers(interpreter.unknown) from refused
        raise
    if interpreter.unknown:
        raise _unknown_layers(interpreter.unknown)
    return top


def _unknown_layers(unknown: set[str]) -> Refused:
    for name in sorted(unknown):
        own_name = name.rpartition(".")[2]
        for beginning, code in _OTHER_TASKS.items():
            if own_name.startswith(beginning):
                return refusal(code, name=own_name)
    return refusal("unknown_layers", names=", ".join(sorted(unknown)))


def _weights_alone(top: Any) -> dict[str, TensorView] | None:
    """The ``state_dict`` of a file that holds no network: the file itself, or where trainers put one."""
    inside = [top.get(key) for key in _STATES] if isinstance(top, dict) else []
    return next((value for value in (top, *inside) if _is_state_dict(value)), None)


def _is_state_dict(value: Any) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    return all(type(key) is str and type(item) is TensorView for key, item in value.items())


def _stated_stride(value: Any, materializer: Materializer) -> tuple[float, ...] | None:
    """The strides that the file states: never used, only compared with those of the rebuilt network."""
    if type(value) is not TensorView:
        return None
    array = materializer.array(value, "stride")
    if array.ndim != 1 or array.size > _MOST_STRIDES:
        raise refusal("tensor_invalid")
    return tuple(float(stride) for stride in array)


def _image_size(top: Any, limits: Limits) -> int | None:
    """The side in pixels at which the network was trained, where the arguments of its training say it."""
    for key in _ARGUMENTS:
        arguments = top.get(key) if isinstance(top, dict) else None
        size = arguments.get("imgsz") if isinstance(arguments, dict) else None
        if type(size) is list and size:
            size = size[0]
        if type(size) is int and 0 < size <= limits.image_size:
            return size
    return None
