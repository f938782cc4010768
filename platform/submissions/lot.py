"""Does the file match what the lot gave its pair? Pure: a lot and what was found in the file in, a verdict out.

Nothing is refused for it: a pair that trained something else reads so, and so does the class that compares the runs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from courses.draw import SIZES, Lot

#: The backbone of YOLOv5 and of its successors is their layers 0 to 9: what ``--freeze 10`` leaves as it was.
BACKBONE_LAYERS: Final = 10
_SIZED: Final = re.compile(rf"yolo(?:v?\d+)([{''.join(SIZES)}])(?:\d?u?)(?:\b|-| )")


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says of its training; None for what it does not say. ``classes`` in its own order."""

    size: str | None = None
    classes: tuple[str, ...] = ()
    image_size: int | None = None
    frozen_backbone: bool | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"classes": list(self.classes)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> "Found":
        """What a summary keeps; nothing known where it keeps nothing."""
        known = {name: (value or {}).get(name) for name in cls.__dataclass_fields__}
        return cls(**known | {"classes": tuple(known["classes"] or ())})


@dataclass(frozen=True, slots=True)
class Match:
    """One thing that was declared and found; ``matches`` is None where the file does not say."""

    declared: Any
    found: Any
    matches: bool | None


def found_in(
    checkpoint: Mapping[str, Any], *, frozen_layers: int | None = None, began_there: bool | None = None
) -> Found:
    """Read an outcome's ``checkpoint``.

    ``frozen_layers`` is how many first layers equal a published file's, ``began_there`` whether the training began from
    that file: without knowing that, layers that differ say nothing of freezing.
    """
    frozen: bool | None = None
    if frozen_layers is not None and frozen_layers >= BACKBONE_LAYERS:
        frozen = True
    elif began_there:
        frozen = False
    size = checkpoint.get("image_size")
    return Found(
        size=size_of(str(checkpoint.get("architecture") or "")),
        classes=tuple(checkpoint.get("classes") or ()),
        image_size=size if isinstance(size, int) else None,
        frozen_backbone=frozen,
    )


def size_of(architecture: str) -> str | None:
    """ "yolov5s6 (v5.0)" → "s"; None for a network that is none of the published sizes."""
    sized = _SIZED.match(architecture)
    return sized[1] if sized else None


def match(lot: Lot | None, found: Found, classes: Sequence[str]) -> dict[str, Match]:
    """Size, classes, image size and frozen backbone, each declared and found. Without a lot only the classes."""
    names = {"classes": _match(tuple(classes), found.classes or None)}
    if lot is None:
        return names
    return {
        "size": _match(lot.size, found.size),
        **names,
        "image_size": _match(lot.image_size, found.image_size),
        "frozen_backbone": _match(lot.frozen_backbone, found.frozen_backbone),
    }


def matches_lot(lot: Lot | None, found: Found) -> bool | None:
    """False when anything contradicts the lot; True when size and image size are known and nothing does."""
    if lot is None:
        return None
    said = [
        _match(lot.size, found.size).matches,
        _match(lot.image_size, found.image_size).matches,
        _match(lot.frozen_backbone, found.frozen_backbone).matches,
    ]
    if False in said:
        return False
    return True if said[0] and said[1] else None


def _match(declared: Any, found: Any) -> Match:
    return Match(declared, found, None if found is None else declared == found)
