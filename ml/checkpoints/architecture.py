"""The human name of a configuration: "yolov5s" when it is a published one, "yolov5 (custom)" when it is not.

Published tables of layers are known by a fingerprint, so that no file need be read (a sealed process could not).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

_Scales = Mapping[tuple[float, float, int | None], str]  # (depth, width, most channels) → letter

_YOLOV5: Final[_Scales] = {
    (0.33, 0.25, None): "n",
    (0.33, 0.50, None): "s",
    (0.67, 0.75, None): "m",
    (1.0, 1.0, None): "l",
    (1.33, 1.25, None): "x",
}
_YOLOV5U: Final[_Scales] = {(depth, width, 1024): size for (depth, width, _), size in _YOLOV5.items()}
_YOLOV8: Final[_Scales] = {
    (0.33, 0.25, 1024): "n",
    (0.33, 0.50, 1024): "s",
    (0.67, 0.75, 768): "m",
    (1.0, 1.0, 512): "l",
    (1.0, 1.25, 512): "x",
}
_YOLOV10: Final[_Scales] = {**_YOLOV8, (0.67, 1.0, 512): "b"}
_YOLO11: Final[_Scales] = {
    (0.5, 0.25, 1024): "n",
    (0.5, 0.50, 1024): "s",
    (0.5, 1.0, 512): "m",
    (1.0, 1.0, 512): "l",
    (1.0, 1.5, 512): "x",
}
_ONE_SIZE: Final[_Scales] = {(1.0, 1.0, None): ""}

#: Fingerprint of a published table → its name, and the sizes it comes in.
PUBLISHED: Final[Mapping[str, tuple[str, _Scales]]] = {
    "81fc434b53d70980": ("yolov5{size}", _YOLOV5),  # v6.0 … v7.0
    "2e169e2497ebef9c": ("yolov5{size}6", _YOLOV5),
    "2e42a11c01c22b15": ("yolov5{size} (v5.0)", _YOLOV5),  # v4.0 and v5.0: Focus, SPP, C3
    "5e82ac09c25c3e79": ("yolov5{size}6 (v5.0)", _YOLOV5),
    "4cb08294dfa61953": ("yolov5{size} (v3.1)", _YOLOV5),  # v2.0 … v3.1: BottleneckCSP
    "efe236a3d0c3369d": ("yolov3{size}", _ONE_SIZE),
    "449688ae43f768a1": ("yolov3{size}-spp", _ONE_SIZE),
    "e640bc62ee85b8f9": ("yolov3{size}-tiny", _ONE_SIZE),
    "4a1d1e1971cf8f9f": ("yolov5{size}u", _YOLOV5U),
    "28c76593e5cb7764": ("yolov5{size}6u", _YOLOV5U),
    "8627d3d8eed9925e": ("yolov6{size}", _YOLOV8),
    "322ec2a42a3328e0": ("yolov8{size}", _YOLOV8),
    "d61518edae0e7199": ("yolov8{size}-p2", _YOLOV8),
    "6223aa4a66769a28": ("yolov8{size}-p6", _YOLOV8),
    "a573034d93feeeb7": ("yolov8{size}-ghost", _YOLOV8),
    "75ba0d4b2acb93ed": ("yolov8{size}-ghost-p2", _YOLOV8),
    "6e9ce2251d47bffb": ("yolov8{size}-ghost-p6", _YOLOV8),
    "4af15fb5150a8432": ("yolov9t{size}", _ONE_SIZE),
    "29672a59be4b00c6": ("yolov9s{size}", _ONE_SIZE),
    "bf2b16ff5029bd25": ("yolov9m{size}", _ONE_SIZE),
    "3d8dee7774a705ce": ("yolov9c{size}", _ONE_SIZE),
    "c5b1dc69402ff586": ("yolov9e{size}", _ONE_SIZE),
    "fc1f10e271ed830b": ("yolov10{size}", _YOLOV10),
    "a4279cea42ec366e": ("yolov10{size}", _YOLOV10),
    "2ef619de0e30d2fa": ("yolov10{size}", _YOLOV10),
    "37c89ea5d6490d08": ("yolov10{size}", _YOLOV10),  # b and l
    "70b944d026045caf": ("yolov10{size}", _YOLOV10),
    "c250ca5f5c871505": ("yolo11{size}", _YOLO11),
    "5199e985cf1942bb": ("yolo12{size}", _YOLO11),
    "a79f34db58d807de": ("yolo26{size}", _YOLO11),
    "005615808aa755e6": ("yolo26{size}-p2", _YOLO11),
    "f10eb028a7a42866": ("yolo26{size}-p6", _YOLO11),
}
_MEANING: Final = {"None": None, "True": True, "False": False}  # words that upstream's yaml leaves as text


def name_of(config: Mapping[str, Any], family: str) -> str:
    """The published name of a checked configuration, whatever its classes and anchors, or "<family> (custom)"."""
    template, sizes = PUBLISHED.get(fingerprint(config), ("", {}))
    size = sizes.get(_scale(config))
    return f"{family} (custom)" if size is None else template.format(size=size)


def fingerprint(config: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits of the layers' table, the same however its words were written."""
    rows = _normal([config.get("backbone"), config.get("head")])
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def _scale(config: Mapping[str, Any]) -> tuple[float, float, int | None]:
    if "scales" in config:
        depth, width, most_channels = config["scales"][config["scale"]]
        return depth, width, most_channels
    return config.get("depth_multiple", 1.0), config.get("width_multiple", 1.0), None


def _normal(value: Any) -> Any:
    if isinstance(value, list):
        return [_normal(item) for item in value]
    return _MEANING.get(value, value) if isinstance(value, str) else value
