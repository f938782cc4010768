"""The human name of a configuration: "yolov5s" when it is a published one, "yolov5 (custom)" when it is not."""

import hashlib
import json
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import yaml

_SIZES: Final = {(0.33, 0.25): "n", (0.33, 0.50): "s", (0.67, 0.75): "m", (1.0, 1.0): "l", (1.33, 1.25): "x"}
#: Fingerprint of YOLOv5's published tables of layers → name, with {size} to fill.
_YOLOV5_TABLES: Final = {
    "81fc434b53d70980": "yolov5{size}",  # v6.0 … v7.0
    "2e169e2497ebef9c": "yolov5{size}6",
    "2e42a11c01c22b15": "yolov5{size} (v5.0)",  # v4.0 and v5.0: Focus, SPP, C3
    "5e82ac09c25c3e79": "yolov5{size}6 (v5.0)",
    "4cb08294dfa61953": "yolov5{size} (v3.1)",  # v2.0 … v3.1: BottleneckCSP
}
_MEANING: Final = {"None": None, "True": True, "False": False}  # words that upstream's yaml leaves as text
_STEM: Final = re.compile(r"(yolov?\d{1,2})([nstmblxce]?)(-[a-z0-9]{1,8})?", re.ASCII)


def yolov5_name(config: Mapping[str, Any]) -> str:
    """The published name of a YOLOv5 configuration, whatever its number of classes and its anchors."""
    table = _YOLOV5_TABLES.get(fingerprint(config))
    size = _SIZES.get((config.get("depth_multiple", 1.0), config.get("width_multiple", 1.0)))
    return "yolov5 (custom)" if table is None or size is None else table.format(size=size)


def fingerprint(config: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits of the layers' table, the same however its words were written."""
    rows = _normal([config.get("backbone"), config.get("head")])
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def ultralytics_name(config: Mapping[str, Any], yaml_file: Any) -> str:
    """The published name of an ultralytics configuration whose file says that it comes from ``yaml_file``.

    The claim is believed when the installed package has that file and its layers are the same.
    """
    stem = Path(yaml_file).stem if isinstance(yaml_file, str) else ""
    match = _STEM.fullmatch(stem)
    if match is None:
        return "ultralytics (custom)"
    base, size, variant = match[1], match[2], match[3] or ""
    scale = config.get("scale", "")
    for name, said_scale in ((f"{base}{size}{variant}", ""), (f"{base}{variant}", scale)):
        published = _published(name)
        if published is None or fingerprint(published) != fingerprint(config):
            continue
        if not said_scale:
            return name
        if published.get("scales", {}).get(said_scale) == config["scales"][said_scale]:
            return f"{base}{said_scale}{variant}"
    return "ultralytics (custom)"


def _published(name: str) -> dict[str, Any] | None:
    """A model description that comes with the installed ultralytics; the package itself is not imported."""
    spec = find_spec("ultralytics")
    for folder in spec.submodule_search_locations or () if spec is not None else ():
        for path in Path(folder, "cfg", "models").glob("*/*.yaml"):
            if path.stem == name:
                return dict(yaml.safe_load(path.read_text("utf-8")))
    return None


def _normal(value: Any) -> Any:
    if isinstance(value, list):
        return [_normal(item) for item in value]
    return _MEANING.get(value, value) if isinstance(value, str) else value
