"""Comparing two sketches of weights (``ml.checkpoints.sketch``): the same file again, a copy, a frozen backbone.

Pure Python: the site's web process compares, and has neither torch nor NumPy. A sketch was written by a sealed child,
so it is read as a stranger's text.
"""

import base64
import binascii
import math
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from grader import strict
from grader.contract import read_json

VERSION: Final = 1
LARGEST_BYTES: Final = 64 * 1024
MOST_TENSORS: Final = 5_000
MOST_VALUES: Final = 16
LONGEST_NAME: Final = 512  # as long as an ONNX file may call a tensor
HASH: Final = re.compile(r"[0-9a-f]{16}")
#: ``model.9.cv1.conv.weight``: the ninth layer of either family.
LAYER: Final = re.compile(r"model\.(\d{1,3})\.")
#: Above this cosine, what training changed was changed alike: two trainings that begin alike end well below.
NEARLY: Final = 0.98


@dataclass(frozen=True)
class SketchedTensor:
    """A weight tensor: its shape, a hash of all its values and a few of them."""

    shape: tuple[int, ...]
    hash: str
    values: tuple[float, ...]


Sketch = Mapping[str, SketchedTensor]  # by name, in the network's order


@dataclass(frozen=True)
class Likeness:
    """How like two files are.

    ``comparable``: whether the two networks have any tensor of one name and shape. ``equal_share``: the share of
    tensors, 0…1, that hold the same values. ``cosine``: of the sampled values of the tensors that differ (of what
    training added to a common beginning, where one was given); None where there are none.
    """

    comparable: bool
    equal_share: float
    cosine: float | None

    @property
    def same(self) -> bool:
        """Every tensor equal: the same weights, whatever the file."""
        return self.comparable and self.equal_share == 1

    @property
    def nearly(self) -> bool:
        """The same, or the same with a little noise over it."""
        return self.same or (self.cosine is not None and self.cosine > NEARLY)


def same_weights(first: str, second: str, *, beginning: str = "") -> Likeness:
    """Compare two sketches (base64). ``beginning`` is the sketch of the weights that both started from.

    Two pairs that fine-tune the same published file are alike because of it: with ``beginning``, only what each added
    is compared. Raises ValueError for a text that is no sketch.
    """
    one, other = from_text(first), from_text(second)
    start = from_text(beginning) if beginning else {}
    names = _alike(one, other)
    if not names:
        return Likeness(comparable=False, equal_share=0.0, cosine=None)
    equal = [name for name in names if one[name].hash == other[name].hash]
    changed = [name for name in names if one[name].hash != other[name].hash]
    pairs = [pair for name in changed for pair in _added(one[name], other[name], start.get(name))]
    return Likeness(comparable=True, equal_share=len(equal) / max(len(one), len(other)), cosine=_cosine(pairs))


def frozen_layers(sketch: str, pretrained: str) -> int | None:
    """How many of the first layers hold the pretrained file's very weights: 10 for YOLOv5's ``--freeze 10``.

    Layers without weights (a concatenation) count with the one before. None when the two networks do not begin with
    the same shapes, so that nothing can be said. Raises ValueError for a text that is no sketch.
    """
    ours, theirs = by_layer(from_text(sketch)), by_layer(from_text(pretrained))
    first = min(ours, default=-1)
    if first < 0 or first not in theirs or not _same_shapes(ours[first], theirs[first]):
        return None
    for layer in sorted(ours):
        if layer not in theirs or not _equal(ours[layer], theirs[layer]):
            return layer
    return max(ours) + 1


def by_layer(sketch: Sketch) -> dict[int, dict[str, SketchedTensor]]:
    """The tensors of each numbered layer, those of other names left out."""
    layers: dict[int, dict[str, SketchedTensor]] = {}
    for name, tensor in sketch.items():
        number = LAYER.match(name)
        if number is not None:
            layers.setdefault(int(number[1]), {})[name] = tensor
    return layers


def from_text(text: str) -> dict[str, SketchedTensor]:
    """A sketch as the site keeps it, in base64. Raises ValueError."""
    if len(text) > 4 * LARGEST_BYTES:
        raise ValueError("sketch: too long")
    return read_sketch(_bytes(text, "sketch"))


def read_sketch(payload: bytes) -> dict[str, SketchedTensor]:
    """A sketch as the sealed child sends it. Raises ValueError for anything that no child of ours would send."""
    if len(payload) > LARGEST_BYTES:
        raise ValueError("sketch: too long")
    found = strict.keys(read_json(payload), "sketch", required=("version", "tensors"))
    strict.integer(found["version"], "sketch.version", lowest=VERSION, highest=VERSION)
    rows = found["tensors"]
    if not isinstance(rows, list) or len(rows) > MOST_TENSORS:
        raise ValueError("sketch.tensors: a list is expected")
    tensors = dict(_tensor(row) for row in rows)
    if len(tensors) != len(rows):
        raise ValueError("sketch.tensors: a name is given twice")
    return tensors


def _tensor(row: object) -> tuple[str, SketchedTensor]:
    if not isinstance(row, list) or len(row) != 4:
        raise ValueError("sketch: name, shape, hash and values are expected")
    name, shape, digest, values = row
    strict.text(name, "sketch.name", longest=LONGEST_NAME)
    if not isinstance(shape, list) or not 2 <= len(shape) <= 8:
        raise ValueError("sketch.shape: two dimensions or more are expected")
    sides = tuple(strict.integer(side, "sketch.shape", lowest=1, highest=1 << 31) for side in shape)
    if not HASH.fullmatch(strict.text(digest, "sketch.hash", longest=16)):
        raise ValueError("sketch.hash: sixteen hexadecimal digits are expected")
    return name, SketchedTensor(sides, digest, _values(values))


def _values(text: object) -> tuple[float, ...]:
    halves = _bytes(strict.text(text, "sketch.values", longest=48, empty=True), "sketch.values")
    if len(halves) % 2 or len(halves) > 2 * MOST_VALUES:
        raise ValueError("sketch.values: too many")
    values = struct.unpack(f"<{len(halves) // 2}e", halves)
    if not all(map(math.isfinite, values)):
        raise ValueError("sketch.values: not finite")
    return values


def _bytes(text: str, field: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError(f"{field}: not base64") from error


def _alike(one: Sketch, other: Sketch) -> list[str]:
    return [name for name in one if name in other and one[name].shape == other[name].shape]


def _added(one: SketchedTensor, other: SketchedTensor, start: SketchedTensor | None) -> Iterable[tuple[float, float]]:
    """Pairs of sampled values, less those of the common beginning where it has this tensor."""
    if start is None or start.shape != one.shape:
        return zip(one.values, other.values, strict=False)
    return ((a - c, b - c) for a, b, c in zip(one.values, other.values, start.values, strict=False))


def _cosine(pairs: Iterable[tuple[float, float]]) -> float | None:
    product = first = second = 0.0
    for a, b in pairs:
        product, first, second = product + a * b, first + a * a, second + b * b
    return None if not first or not second else product / math.sqrt(first * second)


def _same_shapes(ours: Sketch, theirs: Sketch) -> bool:
    return {name: tensor.shape for name, tensor in ours.items()} == {n: tensor.shape for n, tensor in theirs.items()}


def _equal(ours: Sketch, theirs: Sketch) -> bool:
    return {name: tensor.hash for name, tensor in ours.items()} == {n: tensor.hash for n, tensor in theirs.items()}
