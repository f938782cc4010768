"""What a network's output means, family by family: one shape of raw predictions for all of them."""

from dataclasses import dataclass, replace
from typing import Final, Literal

import torch
from torch import Tensor

from ml.errors import Refused

Family = Literal["yolov5", "ultralytics"]

FAMILIES: Final[tuple[Family, ...]] = ("yolov5", "ultralytics")

_END_TO_END_COLUMNS: Final = 6


@dataclass(frozen=True)
class RawPredictions:
    """Every box a network proposes for B pictures, before any threshold; boxes in canvas pixels.

    ``scores`` is the product of both factors where a network predicts an objectness; it is kept as factors
    because most rows die on the objectness alone and are never multiplied.
    """

    boxes: Tensor  # (B, N, 4): xywh around the center, or xyxy when end_to_end
    class_scores: Tensor  # (B, N, C), 0…1
    objectness: Tensor | None  # (B, N), 0…1
    end_to_end: bool = False  # the network suppressed duplicates itself: one class per box, nothing left to suppress

    @property
    def scores(self) -> Tensor:
        """(B, N, C)"""
        return self.class_scores if self.objectness is None else self.class_scores * self.objectness[..., None]

    @property
    def boxes_xyxy(self) -> Tensor:
        """(B, N, 4)"""
        return self.boxes if self.end_to_end else xywh_to_xyxy(self.boxes)


def xywh_to_xyxy(boxes_xywh: Tensor) -> Tensor:
    """(…, 4) center and size → (…, 4) corners."""
    center, half = boxes_xywh[..., :2], boxes_xywh[..., 2:] / 2
    return torch.cat((center - half, center + half), dim=-1)


def read_output(output: object, family: str, class_count: int) -> RawPredictions:
    """The raw predictions in a network's evaluation-mode output (the tensor, or a tuple that starts with it).

    - ``yolov5``: (B, N, 5 + C), [x, y, w, h, objectness, classes…];
    - ``ultralytics`` (v8, v9, 11): (B, 4 + C, N), [x, y, w, h, classes…];
    - ``ultralytics`` end to end (v10, 26): (B, N, 6), [x1, y1, x2, y2, score, class].

    Raises Refused (``unexpected_output``) for any other shape, (``unknown_family``) for another family.
    """
    tensor = output[0] if isinstance(output, tuple | list) and output else output
    if family not in FAMILIES:
        raise _unknown_family(family)
    if not isinstance(tensor, Tensor) or tensor.ndim != 3:
        raise _unexpected_output(family, class_count, tensor)
    if family == "yolov5" and tensor.shape[2] == 5 + class_count:
        return RawPredictions(tensor[..., :4], tensor[..., 5:], tensor[..., 4])
    if family == "ultralytics" and tensor.shape[1] == 4 + class_count:
        rows = tensor.transpose(1, 2)  # (B, N, 4 + C)
        return RawPredictions(rows[..., :4], rows[..., 4:], None)
    if family == "ultralytics" and tensor.shape[2] == _END_TO_END_COLUMNS:
        return _end_to_end(tensor, class_count)
    raise _unexpected_output(family, class_count, tensor)


def best_class_only(predictions: RawPredictions) -> RawPredictions:
    """The same with every score 0 but that of each box's best class (the first of equal ones)."""
    best, class_index = predictions.class_scores.max(dim=2, keepdim=True)  # (B, N, 1) each
    scores = torch.zeros_like(predictions.class_scores).scatter_(2, class_index, best)
    return replace(predictions, class_scores=scores)


def _end_to_end(tensor: Tensor, class_count: int) -> RawPredictions:
    class_index = tensor[..., 5].long()  # (B, N)
    if bool(((class_index < 0) | (class_index >= class_count)).any()):
        raise _unexpected_output("ultralytics", class_count, tensor)
    scores = torch.zeros(*class_index.shape, class_count, dtype=tensor.dtype, device=tensor.device)
    scores.scatter_(2, class_index[..., None], tensor[..., 4:5])  # (B, N, C)
    return RawPredictions(tensor[..., :4], scores, None, end_to_end=True)


def _unknown_family(family: str) -> Refused:
    return Refused(
        "unknown_family",
        {
            "en": f"networks of the family {family!r} cannot be evaluated here",
            "fr": f"les réseaux de la famille {family!r} ne peuvent pas être évalués ici",
        },
        {"en": f"Known families: {', '.join(FAMILIES)}.", "fr": f"Familles connues : {', '.join(FAMILIES)}."},
    )


def _unexpected_output(family: str, class_count: int, tensor: object) -> Refused:
    shape = tuple(tensor.shape) if isinstance(tensor, Tensor) else type(tensor).__name__
    return Refused(
        "unexpected_output",
        {
            "en": f"the network's output {shape} is not that of a {family} detector of {class_count} classes",
            "fr": f"la sortie du réseau {shape} n'est pas celle d'un détecteur {family} à {class_count} classes",
        },
        {
            "en": "Send the weights of a detection model (not classification, segmentation or pose).",
            "fr": "Envoyez les poids d'un modèle de détection (ni classification, ni segmentation, ni pose).",
        },
    )
