"""What a safetensors file notes beside its weights: configuration, class names, image size. A stranger's text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import yaml

from ml.checkpoints.configuration import class_names
from ml.checkpoints.limits import Limits
from ml.checkpoints.names_text import names_from
from ml.checkpoints.sentences import refusal

_CONFIGURATIONS: Final = ("yaml", "config")
_SIZES: Final = ("imgsz", "image_size")
_DEEPEST: Final = 12
_FORBIDDEN: Final = (yaml.tokens.AliasToken, yaml.tokens.AnchorToken, yaml.tokens.TagToken)


@dataclass(frozen=True)
class Notes:
    """``names`` is empty, the rest None, where the file says nothing."""

    configuration: Mapping[str, Any] | None
    names: tuple[str, ...]
    image_size: int | None


def read_notes(metadata: Mapping[str, str], limits: Limits) -> Notes:
    """Raises ``Refused``: ``invalid_configuration``, ``names_invalid``."""
    text = next((metadata[key] for key in _CONFIGURATIONS if metadata.get(key)), None)
    config = None if text is None else _mapping(text, limits)
    names = _names(metadata.get("names"), config, limits)
    size = next((metadata[key] for key in _SIZES if key in metadata), "")
    is_size = size.isascii() and size.isdecimal() and len(size) < 6 and 0 < int(size) <= limits.image_size
    return Notes(config, names, int(size) if is_size else None)


def _names(text: str | None, config: Mapping[str, Any] | None, limits: Limits) -> tuple[str, ...]:
    raw: Any = names_from(text, limits) if text else (config or {}).get("names")
    if raw is None:
        return ()
    if type(raw) is dict and all(type(key) is str and key.isdecimal() for key in raw):  # JSON's keys are text
        raw = {int(key): name for key, name in raw.items() if len(key) < 6}
    return class_names(raw, len(raw) if isinstance(raw, list | dict) else 0, limits)


def _mapping(text: str, limits: Limits) -> dict[str, Any]:
    """The dictionary that JSON or YAML text describes."""
    if len(text) > limits.notes_text:
        raise refusal("invalid_configuration", detail="yaml")
    try:
        found = json.loads(text, parse_constant=_no_constant) if text.lstrip()[:1] == "{" else _from_yaml(text)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise refusal("invalid_configuration", detail="yaml") from error
    if type(found) is not dict:
        raise refusal("invalid_configuration", detail="yaml")
    return found


def _from_yaml(text: str) -> Any:
    """YAML without aliases, anchors and tags: lists within lists a thousand million times over begin with those.

    Brackets within brackets are counted first: the library takes a time that grows with the square of their depth.
    """
    if _deepest(text) > _DEEPEST:
        raise refusal("invalid_configuration", detail="[[[…")
    for token in yaml.scan(text):
        if isinstance(token, _FORBIDDEN):
            raise refusal("invalid_configuration", detail="yaml")
    return yaml.safe_load(text)


def _deepest(text: str) -> int:
    """How deep brackets are opened within each other, those inside quotes too; "- - -" opens as "[[[" does."""
    depth = deepest = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    return max(deepest, *(line.count("- ") + line.count("? ") for line in text.split("\n")))


def _no_constant(_: str) -> NoReturn:
    raise refusal("invalid_configuration", detail="yaml")
