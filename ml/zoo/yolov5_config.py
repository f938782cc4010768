"""The text of a YOLOv5 network (its yaml) -> a plan: which layers, fed by which, with which arguments.

The dictionary may come out of somebody's checkpoint: it is data, checked here piece by piece. Upstream evaluates its
strings as Python; we know the few words that they may be. Source: YOLOv5 v3.1 … v7, ``parse_model``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ml.errors import Refused

# Layers whose first argument is a number of output channels, scaled by the width multiple.
WITH_CHANNELS: Final = frozenset(
    {"Conv", "DWConv", "Focus", "GhostConv", "Bottleneck", "GhostBottleneck", "BottleneckCSP"}
    | {"C3", "C3TR", "C3Ghost", "C3x", "C3SPP", "SPP", "SPPF", "CrossConv", "MixConv2d"}
    | {"DWConvTranspose2d", "nn.ConvTranspose2d"}
)
# Layers that repeat their inner blocks; any other layer is repeated whole.
REPEATING: Final = frozenset({"BottleneckCSP", "C3", "C3TR", "C3Ghost", "C3x"})
PLAIN: Final = frozenset({"Concat", "Contract", "Expand", "Detect", "nn.Upsample", "nn.MaxPool2d", "nn.ZeroPad2d"})
KNOWN: Final = WITH_CHANNELS | PLAIN
# How many arguments mean the same upstream and in ultralytics' package, where dilation then took a place.
ARGUMENTS_IN_COMMON: Final = {"Conv": 5, "DWConv": 3}
WORDS: Final = {"None": None, "True": True, "False": False}
INTERPOLATIONS: Final = ("nearest", "bilinear", "bicubic")

# Far above any published network (x6: 1,280 channels, 12 repeats, 33 layers), far below what would fill the memory.
MOST_LAYERS: Final = 128
MOST_REPEATS: Final = 64
MOST_CLASSES: Final = 10_000
MOST_CHANNELS: Final = 4_096
MOST_GAIN: Final = 16
LARGEST_ARGUMENT: Final = 8_192
DEEPEST_ARGUMENT: Final = 2  # lists of lists: the anchors


@dataclass(frozen=True)
class LayerPlan:
    """One top-level layer. ``inputs`` are absolute layer indexes, −1 being the image."""

    kind: str
    inputs: tuple[int, ...]
    takes_list: bool
    arguments: tuple[Any, ...]
    repeats: int  # of the whole layer


@dataclass(frozen=True)
class Plan:
    """A whole network, ready to be built."""

    classes: int
    input_channels: int
    layers: tuple[LayerPlan, ...]


def invalid(english: str, french: str) -> Refused:
    """The refusal of a description that no YOLOv5 release could have written."""
    return Refused(
        "invalid_configuration",
        {
            "en": f"the description of the network cannot be used: {english}",
            "fr": f"la description du réseau est inutilisable : {french}",
        },
        {
            "en": "Send the file as YOLOv5's train.py saved it (best.pt or last.pt).",
            "fr": "Envoyez le fichier tel que train.py de YOLOv5 l'a enregistré (best.pt ou last.pt).",
        },
    )


def _at(index: int, what: str) -> tuple[str, str]:
    """Which part of which layer, in the yaml's own words, in both languages."""
    return f"layer {index}: {what}", f"couche {index} : {what}"


def unsupported_layer(name: str) -> Refused:
    """The refusal of a layer of a fork or of our ignorance, by its name."""
    return Refused(
        "unsupported_layer",
        {
            "en": f"the network uses the layer “{name}”, which this platform does not know",
            "fr": f"le réseau utilise la couche « {name} », que cette plateforme ne connaît pas",
        },
        {
            "en": "Train one of the unmodified YOLOv5 networks (n, s, m, l, x) and send its best.pt.",
            "fr": "Entraînez l'un des réseaux YOLOv5 non modifiés (n, s, m, l, x) et envoyez son best.pt.",
        },
    )


def read_plan(config: Mapping[str, Any]) -> Plan:
    """Check a plain yaml dictionary and work out every layer's inputs and channels.

    Raises ``Refused`` (``invalid_configuration``, ``unsupported_layer``).
    """
    reader = _Reader(config)
    rows = [*_rows(config, "backbone"), *_rows(config, "head")]
    if not 1 <= len(rows) <= MOST_LAYERS:
        raise invalid(f"{len(rows)} layers", f"{len(rows)} couches")
    layers = tuple(reader.layer(index, row) for index, row in enumerate(rows))
    if [layer.kind for layer in layers].count("Detect") != 1 or layers[-1].kind != "Detect":
        raise invalid("one Detect layer is expected, at the end", "une couche Detect est attendue, à la fin")
    return Plan(classes=layers[-1].arguments[0], input_channels=reader.input_channels, layers=layers)


class _Reader:
    """What reading a layer needs to remember of those before it."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.depth = _number(config.get("depth_multiple", 1.0), "depth_multiple")
        self.width = _number(config.get("width_multiple", 1.0), "width_multiple")
        self.classes = _whole(config.get("nc"), "nc", MOST_CLASSES)
        self.input_channels = _whole(config.get("ch", 3), "ch", MOST_CHANNELS)
        self.anchors = config.get("anchors")
        self.channels: list[int] = []
        # Upstream leaves a layer unscaled when it has exactly as many channels as the head.
        self.head_channels = self._anchors_per_cell() * (self.classes + 5)

    def layer(self, index: int, row: Any) -> LayerPlan:
        if not isinstance(row, Sequence) or isinstance(row, str) or len(row) != 4:
            raise invalid(*_at(index, "[from, number, module, args]"))
        source, number, kind, arguments = row
        if not isinstance(kind, str) or kind not in KNOWN:
            raise unsupported_layer(kind[:40] if isinstance(kind, str) else _shown(kind))
        if not isinstance(arguments, Sequence) or isinstance(arguments, str):
            raise invalid(*_at(index, "args"))
        if len(arguments) > ARGUMENTS_IN_COMMON.get(kind, 8):
            raise unsupported_layer(f"{kind} ({len(arguments)} args)")
        inputs = _inputs(index, source)
        repeats = self._repeats(number)
        values = [self._value(index, argument) for argument in arguments]
        values, repeats, channels = self._complete(index, kind, inputs, values, repeats)
        self.channels.append(channels)
        return LayerPlan(kind, inputs, not isinstance(source, int), tuple(values), repeats)

    def _complete(
        self, index: int, kind: str, inputs: tuple[int, ...], values: list[Any], repeats: int
    ) -> tuple[list[Any], int, int]:
        """Put the channels (and inner repeats) into the arguments: (arguments, repeats, output channels)."""
        fed = [self.input_channels if source < 0 else self.channels[source] for source in inputs]
        if kind == "Concat":
            return values, repeats, sum(fed)
        if kind == "Detect":
            return [*self._head(index, values, len(fed)), fed], 1, 0
        if len(fed) != 1:
            raise invalid(*_at(index, f"{kind}, from"))
        if kind in ("Contract", "Expand"):
            return values, repeats, _regrouped(index, kind, fed[0], values)
        if kind not in WITH_CHANNELS:
            return values, repeats, fed[0]
        channels = self._scaled(_whole(values[0] if values else None, f"args[0] ({index})", MOST_CHANNELS))
        if kind in REPEATING:
            return [fed[0], channels, repeats, *values[1:]], 1, channels
        return [fed[0], channels, *values[1:]], repeats, channels

    def _scaled(self, channels: int) -> int:
        if channels == self.head_channels:
            return channels
        return min(math.ceil(channels * self.width / 8) * 8, 2 * MOST_CHANNELS)

    def _repeats(self, number: Any) -> int:
        repeats = _whole(number, "number", MOST_REPEATS)
        if repeats == 1:
            return 1
        return min(max(round(repeats * self.depth), 1), MOST_REPEATS)

    def _anchors_per_cell(self) -> int:
        if isinstance(self.anchors, int):
            return self.anchors
        rows = _anchor_rows(self.anchors)
        return len(rows[0]) // 2

    def _head(self, index: int, values: list[Any], levels: int) -> list[Any]:
        if not 1 <= len(values) <= 2:
            raise invalid(*_at(index, "Detect, args"))
        classes = _whole(values[0], "nc", MOST_CLASSES)
        anchors = values[1] if len(values) == 2 else self.anchors
        if isinstance(anchors, int):  # as upstream: a number of anchors, whose values the weights bring
            per_cell = _whole(anchors, "anchors", 32)
            return [classes, [[float(value) for value in range(2 * per_cell)]] * levels]
        rows = _anchor_rows(anchors)
        if len(rows) != levels:
            raise invalid(
                f"{len(rows)} rows of anchors for {levels} levels",
                f"{len(rows)} lignes d'ancres pour {levels} niveaux",
            )
        return [classes, rows]

    def _value(self, index: int, value: Any, depth: int = 0) -> Any:
        """An argument as Python would have read it, were it Python."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float) and -LARGEST_ARGUMENT <= value <= LARGEST_ARGUMENT:
            return value
        if isinstance(value, str):
            if value in ("nc", "anchors"):
                return self.classes if value == "nc" else self.anchors
            if value in WORDS:
                return WORDS[value]
            if value in INTERPOLATIONS:
                return value
        if isinstance(value, list | tuple) and len(value) <= 64 and depth < DEEPEST_ARGUMENT:
            return [self._value(index, item, depth + 1) for item in value]
        raise invalid(*_at(index, f"args = {_shown(value)}"))


def _regrouped(index: int, kind: str, channels: int, values: list[Any]) -> int:
    """Channels after squares of pixels became channels, or the reverse."""
    gain = _whole(values[0] if values else 2, f"gain ({index})", MOST_GAIN)
    made = channels * gain**2 if kind == "Contract" else channels // gain**2
    return _whole(made, f"channels ({index})", 2 * MOST_CHANNELS)


def _rows(config: Mapping[str, Any], part: str) -> list[Any]:
    rows = config.get(part)
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise invalid(f"{part} is missing", f"{part} manque")
    return list(rows)


def _inputs(index: int, source: Any) -> tuple[int, ...]:
    """Relative or absolute indexes -> absolute ones; −1 at the first layer is the image."""
    sources = source if isinstance(source, Sequence) and not isinstance(source, str) else [source]
    if not 1 <= len(sources) <= MOST_LAYERS or not all(type(item) is int for item in sources):
        raise invalid(*_at(index, "from"))
    inputs = tuple(index + item if item < 0 else item for item in sources)
    first = -1 if index == 0 else 0
    if not all(first <= item < index for item in inputs):
        raise invalid(
            f"layer {index} is fed by a layer that is not before it",
            f"la couche {index} est alimentée par une couche qui ne la précède pas",
        )
    return inputs


def _anchor_rows(anchors: Any) -> list[list[float]]:
    """Rows of width, height, width, height …, in pixels: one row for each level, all of one length."""
    if not isinstance(anchors, Sequence) or isinstance(anchors, str) or not 1 <= len(anchors) <= 8:
        raise invalid("anchors are missing", "les ancres manquent")
    for row in anchors:
        if not isinstance(row, Sequence) or len(row) != len(anchors[0]) or len(row) % 2 or not 2 <= len(row) <= 64:
            raise invalid(
                "the anchors are not pairs of width and height",
                "les ancres ne sont pas des paires de largeur et hauteur",
            )
    return [[_number(value, "anchors", smallest=0.0) for value in row] for row in anchors]


def _shown(value: Any) -> str:
    """A stranger's value for a sentence in any language: short, and never so large or deep that showing it fails."""
    if isinstance(value, str):
        return f"“{value[:40]}”"
    if value is None or isinstance(value, float):
        return str(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**12 else "±10¹²…"
    return type(value).__name__


def _number(value: Any, what: str, smallest: float = 1e-3) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not smallest <= value <= 1e4:
        raise invalid(*[f"{what} = {_shown(value)}"] * 2)
    return float(value)


def _whole(value: Any, what: str, most: int) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise invalid(*[f"{what} = {_shown(value)}"] * 2)
    return value
