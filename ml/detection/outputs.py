"""What a network's output means, family by family: the same proposals for all of them. NumPy: engines bring arrays."""

from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from ml.engines.proposals import Proposals
from ml.errors import Refused

Family = Literal["yolov5", "ultralytics"]

FAMILIES: Final[tuple[Family, ...]] = ("yolov5", "ultralytics")

_END_TO_END_COLUMNS: Final = 6


def read_output(output: object, family: str, class_count: int) -> list[Proposals]:
    """Each picture's proposals in a network's evaluation-mode output (the array, or a tuple that starts with it).

    - ``yolov5``: (B, N, 5 + C), [x, y, w, h, objectness, classes…];
    - ``ultralytics`` (v8, v9, 11): (B, 4 + C, N), [x, y, w, h, classes…];
    - ``ultralytics`` end to end (v10, 26): (B, N, 6), [x1, y1, x2, y2, score, class].

    Raises Refused (``unexpected_output``) for any other shape, (``unknown_family``) for another family.
    """
    array = output[0] if isinstance(output, tuple | list) and output else output
    if family not in FAMILIES:
        raise _unknown_family(family)
    if not isinstance(array, np.ndarray) or array.ndim != 3:
        raise unexpected_output(family, class_count, array)
    if family == "yolov5" and array.shape[2] == 5 + class_count:
        return [Proposals(rows[:, :4], rows[:, 5:], rows[:, 4]) for rows in array]
    if family == "ultralytics" and array.shape[1] == 4 + class_count:
        return [Proposals(columns[:4].T, columns[4:].T, None) for columns in array]
    if family == "ultralytics" and array.shape[2] == _END_TO_END_COLUMNS:
        return [end_to_end(rows, class_count) for rows in array]
    raise unexpected_output(family, class_count, array)


def end_to_end(rows: npt.NDArray[np.float32], class_count: int) -> Proposals:
    """One picture's rows (N, 6), one class a box; rows of no score are filling, whatever their class.

    Raises Refused (``unexpected_output``) for a class that the network does not have.
    """
    index = np.where(rows[:, 4] == 0, 0, rows[:, 5])
    if not ((index > -1) & (index < class_count)).all():  # written so that NaN fails
        raise unexpected_output("ultralytics", class_count, rows)
    scores = np.zeros((len(rows), class_count), np.float32)
    scores[np.arange(len(rows)), index.astype(np.int64)] = rows[:, 4]
    return Proposals(rows[:, :4], scores, None, end_to_end=True)


def _unknown_family(family: str) -> Refused:
    return Refused(
        "unknown_family",
        {
            "en": f"networks of the family {family!r} cannot be evaluated here",
            "fr": f"les réseaux de la famille {family!r} ne peuvent pas être évalués ici",
        },
        {"en": f"Known families: {', '.join(FAMILIES)}.", "fr": f"Familles connues : {', '.join(FAMILIES)}."},
    )


def unexpected_output(family: str, class_count: int, output: Any) -> Refused:
    """The refusal of an output that is no detector's of this family."""
    shape = tuple(output.shape) if isinstance(output, np.ndarray) else type(output).__name__
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
