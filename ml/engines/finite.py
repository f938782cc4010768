"""Numbers that are not numbers, refused with a sentence about the training that made them."""

from collections.abc import Iterable

import numpy as np

from ml.engines.proposals import Floats
from ml.errors import Refused


def require_finite(outputs: Iterable[Floats]) -> None:
    """Raise Refused (``not_finite``) where an output holds NaN: one sum each, looked into only when it is odd.

    Infinite logits are let through: after their sigmoid they are 0 or 1.
    """
    for output in outputs:
        with np.errstate(over="ignore", invalid="ignore"):
            is_odd = not np.isfinite(output.sum())
        if is_odd and np.isnan(output).any():
            raise not_finite()


def require_all_finite(outputs: Iterable[Floats | None]) -> None:
    """Raise Refused (``not_finite``) where decoded boxes or scores hold NaN or infinity."""
    for output in outputs:
        with np.errstate(over="ignore", invalid="ignore"):
            is_odd = output is not None and not np.isfinite(output.sum())
        if is_odd and output is not None and not np.isfinite(output).all():
            raise not_finite()


def not_finite() -> Refused:
    """The refusal of a network that diverged."""
    return Refused(
        "not_finite",
        {
            "en": "the network predicts values that are not numbers (NaN or infinity)",
            "fr": "le réseau prédit des valeurs qui ne sont pas des nombres (NaN ou infini)",
        },
        {
            "en": "The training has probably diverged: lower the learning rate, or send an earlier checkpoint.",
            "fr": "L'entraînement a sans doute divergé : baissez le taux d'apprentissage, ou envoyez un "
            "checkpoint plus ancien.",
        },
    )
