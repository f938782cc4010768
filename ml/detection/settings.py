"""What an official score depends on besides the weights: fixed before anybody submits, shown beside every score."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

from ml.errors import Refused

Letterbox = Literal["square", "rectangular"]

STRIDE: Final = 32
"""Canvases are multiples of the coarsest stride of every supported network."""

LARGEST_IMAGE_SIZE: Final = 4096

USUAL_IMAGE_SIZE: Final = 640
"""Pixels, where a checkpoint does not say what it was trained at."""


@dataclass(frozen=True)
class EvaluationSettings:
    """The evaluator's settings; the defaults are those of YOLOv5's ``val.py`` but for the square letterbox.

    image_size: longest side of the resized picture, pixels, rounded up to a multiple of 32 (as upstream).
    letterbox: ``square`` gives every picture the same canvas; ``rectangular`` is upstream's ``rect`` with
        pad 0.5: pictures are ordered by aspect ratio and a batch shares the smallest canvas that holds it,
        so that the score depends on ``batch_size``.
    confidence: a box is kept when its score is strictly above. iou: suppression threshold, 0…1.
    max_detections: boxes kept per picture. batch_size: pictures per forward pass.

    Raises Refused (``bad_setting``) for values out of range.
    """

    image_size: int = 640
    letterbox: Letterbox = "square"
    confidence: float = 0.001
    iou: float = 0.6
    max_detections: int = 300
    batch_size: int = 32

    def __post_init__(self) -> None:
        _check_whole("image_size", self.image_size, STRIDE, LARGEST_IMAGE_SIZE)
        _check_whole("max_detections", self.max_detections, 1, 1000)
        _check_whole("batch_size", self.batch_size, 1, 256)
        _check_ratio("confidence", self.confidence)
        _check_ratio("iou", self.iou)
        if self.letterbox not in ("square", "rectangular"):
            raise _bad_setting("letterbox", self.letterbox, "square | rectangular")

    @property
    def canvas_size(self) -> int:
        """``image_size`` rounded up to a multiple of 32: the longest side of pictures, and the square canvas."""
        return -(-self.image_size // STRIDE) * STRIDE

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary that ``from_json`` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "EvaluationSettings":
        """Settings from a plain mapping; absent ones keep their default, unknown ones are refused."""
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise _bad_setting(str(name), values[name], ", ".join(sorted(known)))
        return cls(**values)


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _bad_setting(name, value, f"{low} … {high}")


def _check_ratio(name: str, value: object) -> None:
    # Written so that NaN fails: every comparison with it is false.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _bad_setting(name, value, "0 … 1")


def _bad_setting(name: str, value: object, expected: str) -> Refused:
    return Refused(
        "bad_setting",
        {
            "en": f"the setting {name} cannot be {value!r}",
            "fr": f"le réglage {name} ne peut pas valoir {value!r}",
        },
        {"en": f"Possible values: {expected}.", "fr": f"Valeurs possibles : {expected}."},
    )
