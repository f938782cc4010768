"""What an ONNX file says of itself in its metadata: classes, image size, task. All of it a stranger's text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ml.checkpoints.configuration import class_names
from ml.checkpoints.limits import Limits
from ml.checkpoints.names_text import names_from
from ml.checkpoints.sentences import refusal

if TYPE_CHECKING:
    from onnx import ModelProto

#: What ultralytics calls the task of an export → the refusal of those that are not detectors.
_OTHER_TASKS: Final = {
    "classify": "classification_weights",
    "segment": "segmentation_weights",
    "pose": "other_task_weights",
    "obb": "other_task_weights",
    "semantic": "segmentation_weights",
}
_SIDES: Final = re.compile(r"\s*[\[(]?\s*([0-9]{1,5})(?:\s*,\s*([0-9]{1,5}))?\s*[\])]?\s*", re.ASCII)
_SUPPRESSES: Final = re.compile(r"['\"]nms['\"]\s*:\s*[Tt]rue\b")


@dataclass(frozen=True)
class Metadata:
    """``suppresses`` is None where nothing is said of suppression; ``names`` is empty where there are none."""

    names: tuple[str, ...]
    image_size: int | None
    suppresses: bool | None


def metadata_of(model: "ModelProto", limits: Limits) -> Metadata:
    """Raises ``Refused``: ``onnx_damaged``, ``names_invalid``, and that of another task than detection."""
    entries = _entries(model, limits)
    refused = _OTHER_TASKS.get(entries.get("task", ""))
    if refused is not None:
        raise refusal(refused, name=entries["task"])
    return Metadata(
        names=names_of(entries["names"], limits) if entries.get("names") else (),
        image_size=_side(entries.get("imgsz", ""), limits),
        suppresses=_suppresses(entries),
    )


def names_of(text: str, limits: Limits) -> tuple[str, ...]:
    """Class names in the order of their index, from text. Raises ``Refused`` (``names_invalid``, ``names_missing``)."""
    found = names_from(text, limits)
    return class_names(found, len(found), limits)


def _entries(model: "ModelProto", limits: Limits) -> dict[str, str]:
    entries: dict[str, str] = {}
    if len(model.metadata_props) > limits.metadata_entries:
        raise refusal("onnx_too_big")
    for entry in model.metadata_props:
        are_texts = type(entry.key) is str and type(entry.value) is str  # bytes where they are no UTF-8
        if not are_texts or len(entry.key) > limits.metadata_key or entry.key in entries:
            raise refusal("onnx_damaged")
        entries[entry.key] = entry.value if len(entry.value) <= limits.metadata_text else ""
    return entries


def _side(text: str, limits: Limits) -> int | None:
    """The longer side of ``[640, 640]`` or ``640``."""
    match = _SIDES.fullmatch(text[:32])
    sides = [int(side) for side in match.groups() if side] if match else []
    return max(sides) if sides and all(0 < side <= limits.onnx_most_side for side in sides) else None


def _suppresses(entries: Mapping[str, str]) -> bool | None:
    """Whether the network keeps the best box of each thing by itself."""
    if entries.get("end2end") == "True" or _SUPPRESSES.search(entries.get("args", "")):
        return True
    return False if "end2end" in entries or "args" in entries else None
