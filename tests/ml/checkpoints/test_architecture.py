"""Published networks are recognized, whatever the number of classes; changed ones are not."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from ml.checkpoints.architecture import PUBLISHED, fingerprint, name_of
from ml.zoo.yolov5 import SIZES, configuration


@pytest.mark.parametrize("name", SIZES)
def test_our_own_yolov5_are_recognized(name: str) -> None:
    assert name_of(configuration(name, 7), "yolov5") == name


def test_a_changed_layer_or_width_makes_it_custom() -> None:
    config = dict(configuration("yolov5s", 80))
    assert name_of({**config, "width_multiple": 0.3}, "yolov5") == "yolov5 (custom)"
    assert name_of({**config, "head": config["head"][:-2]}, "yolov5") == "yolov5 (custom)"


def test_words_of_the_yaml_may_be_text_or_values() -> None:
    config = dict(configuration("yolov5s", 80))
    assert fingerprint({**config, "head": _with_text(config["head"])}) == fingerprint(config)


def _with_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_text(item) for item in value]
    return str(value) if value is None or isinstance(value, bool) else value


def detectors() -> list[Path]:
    spec = find_spec("ultralytics")
    assert spec is not None
    [folder] = spec.submodule_search_locations or []
    return [path for path in sorted(Path(folder, "cfg", "models").glob("*/*.yaml")) if _is_detector(path)]


def _is_detector(path: Path) -> bool:
    return yaml.safe_load(path.read_text("utf-8"))["head"][-1][2] in ("Detect", "v10Detect")


@pytest.mark.parametrize("path", detectors(), ids=lambda path: path.stem)
def test_every_detector_of_the_installed_ultralytics_is_recognized(path: Path) -> None:
    config = yaml.safe_load(path.read_text("utf-8"))
    assert fingerprint(config) in PUBLISHED
    for scale in config.get("scales") or [None]:
        chosen = {**config, "scale": scale} if scale else {"backbone": config["backbone"], "head": config["head"]}
        name = name_of(chosen, "ultralytics")
        base = path.stem.partition("-")[0]
        assert name.startswith(base.rstrip("nsmblx") if base.startswith("yolov10") else base)
        assert scale is None or scale in name
