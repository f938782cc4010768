"""Settings refuse nonsense before a picture is opened."""

from typing import Any

import pytest

from ml.detection.settings import EvaluationSettings
from ml.errors import Refused


def test_settings_travel_as_json() -> None:
    settings = EvaluationSettings(image_size=416, letterbox="rectangular", batch_size=8)
    assert EvaluationSettings.from_json(settings.to_json()) == settings
    assert EvaluationSettings.from_json({}) == EvaluationSettings()


@pytest.mark.parametrize(("image_size", "canvas"), [(416, 416), (1980, 1984), (33, 64)])
def test_sizes_are_rounded_up_to_the_stride(image_size: int, canvas: int) -> None:
    assert EvaluationSettings(image_size=image_size).canvas_size == canvas


@pytest.mark.parametrize(
    "values",
    [
        {"image_size": 0},
        {"image_size": 5000},
        {"image_size": "640"},
        {"image_size": True},
        {"image_size": 640.0},
        {"letterbox": "round"},
        {"confidence": float("nan")},
        {"confidence": 1.5},
        {"iou": -0.1},
        {"iou": None},
        {"max_detections": 0},
        {"max_detections": 10**6},
        {"batch_size": 0},
        {"imgsz": 640},
    ],
)
def test_nonsense_is_refused_by_name(values: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        EvaluationSettings.from_json(values)
    assert caught.value.code == "bad_setting"
    assert next(iter(values)) in caught.value.reason["fr"]
