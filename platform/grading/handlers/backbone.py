"""Was the backbone frozen? A file is compared with the published ones it may have begun from, by their sketches."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import grader

#: Above this cosine, a network began from the published weights: two that began apart are about orthogonal.
BEGAN: Final = 0.5


class Backbone(NamedTuple):
    """So many first layers are a published file's very weights, and training began there; None where unknown."""

    frozen_layers: int | None
    began_there: bool | None


def backbone_of(sketch: str, pretrained: Sequence[Path]) -> Backbone:
    """The best match among the published files; nothing known where none has a network of the same shapes."""
    best = Backbone(None, None)
    for file in pretrained if sketch else ():
        published = sketch_of(file, file.stat().st_mtime_ns)
        layers = grader.frozen_layers(sketch, published) if published else None
        if layers is None:
            continue
        likeness = grader.same_weights(sketch, published)
        began = layers > 0 or (likeness.cosine is not None and likeness.cosine > BEGAN)
        best = max(best, Backbone(layers, began), key=_rank)
    return best


def _rank(found: Backbone) -> tuple[bool, int]:
    return bool(found.began_there), -1 if found.frozen_layers is None else found.frozen_layers


@lru_cache(maxsize=32)
def sketch_of(file: Path, changed_at: int) -> str:
    """A published file is read once in a worker's life, or until it changes."""
    return grader.sketch_of(file)
