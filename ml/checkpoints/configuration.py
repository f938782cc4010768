"""The network's yaml inside a checkpoint: plain data within literal bounds, the part that both families share.

Upstream evaluates strings of this dictionary as Python (module names, arguments, the activation). Here every
word is looked for in a list and every number has a range; what is left cannot mean anything but a network.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ml.checkpoints.limits import Limits
from ml.checkpoints.plain import plain
from ml.checkpoints.sentences import refusal

WORDS: Final = frozenset({"nc", "anchors", "None", "True", "False", "nearest", "bilinear", "bicubic"})
ACTIVATIONS: Final = frozenset(
    f"{module}.{call}"
    for module in ("nn", "torch.nn")
    for call in ("SiLU()", "Hardswish()", "LeakyReLU(0.1)", "ReLU()", "ReLU6()", "Mish()", "GELU()", "ELU()")
)
INPUT_CHANNELS: Final = 3  # the tasks' images are RGB
_KEYS: Final = frozenset(
    {"nc", "ch", "channels", "depth_multiple", "width_multiple", "anchors", "activation", "backbone", "head"}
    | {"inplace", "scale", "scales", "reg_max", "end2end"}
)
_DEEPEST_ARGUMENT: Final = 2  # [[0, 1, 0, 1]]
_LONGEST_ARGUMENT: Final = 64


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the yaml: ``[from, repeats, module, arguments]``."""

    sources: tuple[int, ...]
    repeats: int
    kind: str
    arguments: Sequence[Any]


def checked(raw: Any, limits: Limits) -> dict[str, Any]:
    """A plain copy of the yaml, of the keys that build a network only, every value within its range.

    Raises ``Refused``: ``configuration_missing``, ``invalid_configuration``.
    """
    if not isinstance(raw, dict):
        raise refusal("configuration_missing")
    config = plain({key: value for key, value in raw.items() if key in _KEYS}, limits)
    for key in ("ch", "channels"):
        if config.get(key, INPUT_CHANNELS) != INPUT_CHANNELS:
            raise refusal("invalid_configuration", detail=f"{key} = {config[key]}")
    for key in ("depth_multiple", "width_multiple"):
        require_number(config.get(key, 1.0), key, limits.multiple_least, limits.multiple)
    activation = config.get("activation")
    if activation is not None and activation not in ACTIVATIONS:
        raise refusal("invalid_configuration", detail=f"activation = {activation}")
    rows(config, limits)
    return dict(config)


def rows(config: dict[str, Any], limits: Limits) -> list[Row]:
    """The layers of ``backbone`` then ``head``, each checked. Raises ``Refused`` (``invalid_configuration``)."""
    lines = [line for part in ("backbone", "head") for line in _listed(config.get(part), part)]
    if not limits.layers_least <= len(lines) <= limits.layers:
        raise refusal("invalid_configuration", detail=f"backbone + head = {len(lines)}")
    return [_row(index, line, limits) for index, line in enumerate(lines)]


def _row(index: int, line: Any, limits: Limits) -> Row:
    if type(line) is not list or len(line) != 4:
        raise refusal("invalid_configuration", detail=f"#{index}")
    source, repeats, kind, arguments = line
    sources = source if type(source) is list else [source]
    if not 1 <= len(sources) <= limits.layers or any(type(item) is not int for item in sources):
        raise refusal("invalid_configuration", detail=f"#{index}: from")
    if any(not -index <= item < index for item in sources) and sources != [-1]:
        raise refusal("invalid_configuration", detail=f"#{index}: from = {sources}")
    if type(repeats) is not int or not 1 <= repeats <= limits.layer_repeats:
        raise refusal("invalid_configuration", detail=f"#{index}: repeats = {repeats}")
    if type(kind) is not str:
        raise refusal("invalid_configuration", detail=f"#{index}: module")
    for argument in _listed(arguments, f"#{index}: args"):
        _check_argument(argument, index, limits, depth=0)
    return Row(tuple(sources), repeats, kind, arguments)


def _check_argument(value: Any, index: int, limits: Limits, depth: int) -> None:
    if value is None or type(value) is bool or (type(value) is str and value in WORDS):
        return
    if type(value) in (int, float) and -1 <= value <= limits.layer_argument:
        return
    if type(value) is list and depth < _DEEPEST_ARGUMENT and len(value) <= _LONGEST_ARGUMENT:
        for item in value:
            _check_argument(item, index, limits, depth + 1)
        return
    raise refusal("invalid_configuration", detail=f"#{index}: {value}")


def _listed(value: Any, what: str) -> list[Any]:
    if type(value) is not list:
        raise refusal("invalid_configuration", detail=what)
    return value


def require_number(value: Any, what: str, least: float, most: float) -> float:
    """``value``, when it is a number of this range; otherwise ``Refused`` (``invalid_configuration``)."""
    if type(value) not in (int, float) or not least <= value <= most:
        raise refusal("invalid_configuration", detail=f"{what} = {value}")
    return float(value)


def require_known(layers: Sequence[Row], known: Collection[str]) -> None:
    """Raise ``Refused`` (``unsupported_layer``) at the first layer whose module is not one of ``known``."""
    for index, row in enumerate(layers):
        if row.kind not in known:
            raise refusal("unsupported_layer", index=index, name=row.kind)


def require_few_blocks(
    layers: Sequence[Row], depth: float, limits: Limits, inner_repeats: Mapping[str, int] | None = None
) -> None:
    """Bound the blocks of all layers together: building takes time by the block even where it takes no memory.

    ``depth`` multiplies the repeats; ``inner_repeats`` says which argument of a layer counts blocks inside it.
    Raises ``Refused`` (``invalid_configuration``).
    """
    blocks = 0
    for index, row in enumerate(layers):
        place = (inner_repeats or {}).get(row.kind)
        inside = row.arguments[place] if place is not None and len(row.arguments) > place else 1
        if type(inside) is not int or not 1 <= inside <= limits.layer_repeats:
            raise refusal("invalid_configuration", detail=f"#{index}: {inside}")
        blocks += max(round(row.repeats * depth), 1) * inside
    if blocks > limits.blocks:
        raise refusal("invalid_configuration", detail=f"blocks = {blocks}")


def class_names(raw: Any, classes: Any, limits: Limits) -> tuple[str, ...]:
    """Class names by index. ``raw`` is a list (up to YOLOv5 v6.1) or a map from 0…n−1 to names (later).

    A name that YAML read as an integer (``names: [0, 1]``) becomes its digits. ``classes`` is the yaml's ``nc``.
    Raises ``Refused``: ``names_missing``, ``names_invalid``, ``names_count``.
    """
    if type(raw) is list:
        raw = dict(enumerate(raw[: limits.classes + 1]))
    if not isinstance(raw, dict) or not raw:
        raise refusal("names_missing")
    if len(raw) > limits.classes or raw.keys() != set(range(len(raw))):
        raise refusal("names_invalid")
    names = tuple(_class_name(raw[index], limits) for index in range(len(raw)))
    if type(classes) is not int or classes != len(names):
        raise refusal("names_count", nc=classes, count=len(names))
    return names


def _class_name(value: Any, limits: Limits) -> str:
    if type(value) is int:
        return str(value)
    if type(value) is not str or not value.isprintable() or len(value) > limits.class_name_bytes:
        raise refusal("names_invalid")
    if len(value.encode("utf-8", "surrogatepass")) > limits.class_name_bytes:
        raise refusal("names_invalid")
    return value
