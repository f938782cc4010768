"""What reading a stranger's file gives: plain data and arrays, nothing that can act."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ml.checkpoints.modules import Module
from ml.checkpoints.tensors import Array

Family = Literal["yolov5", "ultralytics"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A detector as its file describes it.

    ``format`` is the kind of file ("pt"), ``family`` whose network it is, ``architecture`` a published size's name
    ("yolov5n") or the family's with "(custom)". ``config`` is the network's yaml as plain data, already checked.
    ``names`` are the classes in the order of their index: a stranger's text, to be escaped wherever it is shown.
    ``state`` has the keys of ``state_dict()``; real numbers are float32, counters int64, and ``dtypes`` says what they
    were in the file ("float16"). ``parameters`` counts what
    training may change, batch normalization unfused. ``modules`` and ``stated_stride`` (pixels) are what the file
    says of itself: only ever compared. ``image_size`` is the side in pixels that it was trained at, when the file
    says so. ``digest`` is "sha256:…" of the whole file.
    """

    format: str
    family: Family
    architecture: str
    config: Mapping[str, Any]
    names: tuple[str, ...]
    state: Mapping[str, Array]
    dtypes: Mapping[str, str]
    modules: tuple[Module, ...]
    stated_stride: tuple[float, ...] | None
    parameters: int
    image_size: int | None
    digest: str
