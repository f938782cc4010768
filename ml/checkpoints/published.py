"""Published networks by name ("yolov5s", "yolov8n"), for files that hold weights and nothing that says of what.

YOLOv5's tables are ours; ultralytics' are read from its own package, whose files a sealed process cannot open:
:func:`configuration_of` is to be called once with the same name before the walls (:func:`prepare`).
"""

import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from ml.checkpoints.checkpoint import Family
from ml.checkpoints.sentences import refusal
from ml.zoo import yolov5_published

#: Name, {} being the size → file of ultralytics' package, and the sizes it comes in.
_FILES: Final[Mapping[str, tuple[str, str]]] = {
    "yolov5{}u": ("v5/yolov5.yaml", "nsmlx"),
    "yolov5{}6u": ("v5/yolov5-p6.yaml", "nsmlx"),
    "yolov6{}": ("v6/yolov6.yaml", "nsmlx"),
    "yolov8{}": ("v8/yolov8.yaml", "nsmlx"),
    "yolov8{}-p2": ("v8/yolov8-p2.yaml", "nsmlx"),
    "yolov8{}-p6": ("v8/yolov8-p6.yaml", "nsmlx"),
    "yolov8{}-ghost": ("v8/yolov8-ghost.yaml", "nsmlx"),
    "yolov8{}-ghost-p2": ("v8/yolov8-ghost-p2.yaml", "nsmlx"),
    "yolov8{}-ghost-p6": ("v8/yolov8-ghost-p6.yaml", "nsmlx"),
    "yolo11{}": ("11/yolo11.yaml", "nsmlx"),
    "yolo12{}": ("12/yolo12.yaml", "nsmlx"),
    "yolo26{}": ("26/yolo26.yaml", "nsmlx"),
    "yolo26{}-p2": ("26/yolo26-p2.yaml", "nsmlx"),
    "yolo26{}-p6": ("26/yolo26-p6.yaml", "nsmlx"),
}
#: Names that have a file of their own, one size each.
_ALONE: Final[Mapping[str, str]] = {
    **{name: f"v3/{name}.yaml" for name in ("yolov3", "yolov3-spp", "yolov3-tiny")},
    **{f"yolov9{size}": f"v9/yolov9{size}.yaml" for size in "tsmce"},
    **{f"yolov10{size}": f"v10/yolov10{size}.yaml" for size in "nsmblx"},
}
_ULTRALYTICS: Final[Mapping[str, tuple[str, str]]] = {
    **{name.format(size): (file, size) for name, (file, sizes) in _FILES.items() for size in sizes},
    **{name: (file, "") for name, file in _ALONE.items()},
}
#: Every name that weights alone may be said to be of.
NAMES: Final = (*yolov5_published.NAMES, *_ULTRALYTICS)
_LONGEST: Final = 40


def prepare(name: str) -> None:
    """Read what :func:`configuration_of` will need, before nothing can be opened any more. Raises ``Refused``."""
    configuration_of(name, 1)


def configuration_of(name: str, classes: int) -> tuple[Family, dict[str, Any]]:
    """Whose network a published name is, and its configuration for this many classes.

    Raises ``Refused`` (``configuration_unknown``).
    """
    asked = name.strip().lower().removesuffix(".yaml").removesuffix(".pt")
    if asked in yolov5_published.NAMES:
        return "yolov5", yolov5_published.configuration(asked, classes)
    if asked not in _ULTRALYTICS:
        raise refusal("configuration_unknown", name=name[:_LONGEST])
    file, scale = _ULTRALYTICS[asked]
    config = {**_read(file), "nc": classes}
    return "ultralytics", {**config, "scale": scale} if scale else config


@cache
def _read(file: str) -> dict[str, Any]:
    """One of the configuration files of the installed ultralytics, which is not imported for it."""
    spec = importlib.util.find_spec("ultralytics")
    folders = spec.submodule_search_locations if spec is not None else None
    if not folders:
        raise FileNotFoundError("ultralytics is not installed")
    found: dict[str, Any] = yaml.safe_load(Path(folders[0], "cfg", "models", file).read_text("utf-8"))
    return found
