"""Weights without the network they belong to -> a :class:`Checkpoint`, once somebody says which network that is.

A ``state_dict`` knows names and shapes alone. Which network it fits comes from the file's own notes (safetensors'
metadata) or from the name of a published configuration; what is rebuilt is then compared key by key, shape by shape.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ml.checkpoints import architecture, configuration, notes, ultralytics, yolov5
from ml.checkpoints.checkpoint import Checkpoint, Family
from ml.checkpoints.limits import Limits
from ml.checkpoints.sentences import refusal
from ml.checkpoints.tensors import Array

_PREFIXES: Final = ("module.", "model.")
_LAYER: Final = re.compile(r"[0-9]{1,3}\.")
_MOST_PREFIXES: Final = 6  # torch.hub wraps three times, DataParallel and EMA once each
#: Ends of names that training does not change: buffers.
_BUFFERS: Final = ("running_mean", "running_var", "num_batches_tracked", "anchors")
STALE: Final = "anchor_grid"  # up to v5.0 a buffer of Detect, computed again from its anchors
_PARALLEL: Final = "model."


@dataclass(frozen=True, slots=True)
class Bare:
    """Weights by name, the type each had in the file, the file's own notes, its format and its digest."""

    state: Mapping[str, Array]
    dtypes: Mapping[str, str]
    metadata: Mapping[str, str]
    format: str
    digest: str


def checkpoint_of(bare: Bare, named: str, classes: tuple[str, ...], limits: Limits) -> Checkpoint:
    """The checkpoint that these weights are of the network ``named``, or of the one that the file's notes describe.

    ``classes`` are the names to use where the file has none. Raises ``Refused``: ``plain_state_dict``,
    ``configuration_unknown``, ``classes_needed``, ``negative_variance`` and those of a configuration.
    """
    told = notes.read_notes(bare.metadata, limits)
    if not named and told.configuration is None:
        raise refusal("plain_state_dict")
    if not told.names and not classes:
        raise refusal("classes_needed")
    names = told.names or configuration.class_names(list(classes), len(classes), limits)
    family, config = _configuration(named, told, len(names), limits)
    wanted = _renamed(bare, limits)
    return Checkpoint(
        format=bare.format,
        family=family,
        architecture=architecture.name_of(config, family),
        config=config,
        names=names,
        state={key: bare.state[name] for key, name in wanted.items()},
        dtypes={key: bare.dtypes[name] for key, name in wanted.items()},
        modules=(),
        stated_stride=None,
        parameters=sum(bare.state[name].size for key, name in wanted.items() if not key.endswith(_BUFFERS)),
        image_size=told.image_size,
        digest=bare.digest,
    )


def _configuration(named: str, told: notes.Notes, classes: int, limits: Limits) -> tuple[Family, dict[str, Any]]:
    if named:
        from ml.checkpoints import published

        family, config = published.configuration_of(named, classes)
    else:
        config = {**(told.configuration or {})}
        family = "yolov5" if config.get("anchors") else "ultralytics"
        if config.get("nc", classes) != classes:
            raise refusal("names_count", nc=config["nc"], count=classes)
        config["nc"] = classes
    csp_activation = config.get("csp_activation")
    checked = configuration.checked(config, limits)
    if family == "ultralytics":
        return family, ultralytics.checked_configuration(checked, limits)
    return family, yolov5.checked_named_configuration(checked, csp_activation, limits)


def _renamed(bare: Bare, limits: Limits) -> dict[str, str]:
    """Key of the rebuilt network → key of the file, without what wrappers put before it."""
    found: dict[str, str] = {}
    for name, array in bare.state.items():
        key = _without_wrappers(name)
        if key.endswith(STALE):
            continue
        if key in found:
            raise refusal("weights_unexpected", name=name)
        if key.endswith("running_var") and array.size and float(array.min()) < 0:
            raise refusal("negative_variance", name=name)
        found[key] = name
    return found


def _without_wrappers(name: str) -> str:
    """``module.model.model.0.conv.weight`` → ``model.0.conv.weight``: layers are numbered under one ``model``."""
    rest = name
    for _ in range(_MOST_PREFIXES):
        prefix = next((prefix for prefix in _PREFIXES if rest.startswith(prefix)), None)
        if prefix is None:
            break
        rest = rest.removeprefix(prefix)
    return f"{_PARALLEL}{rest}" if _LAYER.match(rest) else name
