"""A stranger's YAML settings as a flat mapping: no alias, no tag of ours, shallow and small."""

from collections.abc import Mapping
from typing import Any, Final

import yaml

from grader.hand_ins.inspection import Unreadable
from grader.hand_ins.texts import text_of

MOST_EVENTS: Final = 5_000
DEEPEST: Final = 6
_OPENING: Final = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING: Final = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def read_settings(data: bytes, place: str) -> Mapping[str, Any]:
    """The top mapping, or the one under ``hyp`` (YOLOv5's opt.yaml). Raises ``Unreadable`` (the ``yaml_…`` codes)."""
    text = text_of(data, place)
    try:
        _check_events(text, place)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _check_names(node, place)
        found = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Unreadable("yaml_invalid", f"{place}:{line}") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise Unreadable("yaml_invalid", place) from error
    if not isinstance(found, dict):
        raise Unreadable("yaml_not_settings", place)
    inner = found.get("hyp")
    return inner if isinstance(inner, dict) else found


def _check_events(text: str, place: str) -> None:
    """Before anything is built: an alias may stand for a billion values, and depth is the stack's."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if count > MOST_EVENTS or depth > DEEPEST:
            raise Unreadable("yaml_too_large", place)
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable("yaml_alias", place)


def _check_names(node: yaml.Node | None, place: str) -> None:
    """Python keeps the last of two values of one name; a person reads the first."""
    if not isinstance(node, yaml.MappingNode):
        return
    names = set()
    for key, _ in node.value:
        if key.value in names:
            raise Unreadable("yaml_twice", f"{place}:{key.start_mark.line + 1}", name=str(key.value))
        names.add(str(key.value))
