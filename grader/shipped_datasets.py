"""The descriptions of public data sets that the installed ultralytics package ships: yaml files, read as data.

The package is found without being imported, which would take seconds and torch.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import yaml


@cache
def class_names() -> Mapping[str, tuple[str, ...]]:
    """The names of the classes, by the data set's own name (``VisDrone``, ``coco128``); those that have any."""
    found = {file.stem: _names(file) for file in _files()}
    return {name: classes for name, classes in found.items() if classes}


@cache
def digest() -> str:
    """Of all the files: a release that says otherwise answers otherwise."""
    total = hashlib.sha256()
    for file in _files():
        total.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return total.hexdigest()


def _files() -> list[Path]:
    package = find_spec("ultralytics")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("the ultralytics package is not installed")
    return sorted(Path(package.submodule_search_locations[0]).glob("cfg/datasets/*.yaml"))


def _names(file: Path) -> tuple[str, ...]:
    data = yaml.safe_load(file.read_text("utf-8"))
    names = data.get("names") if isinstance(data, dict) else None
    listed = names.values() if isinstance(names, dict) else names or ()
    return tuple(str(name) for name in listed)
