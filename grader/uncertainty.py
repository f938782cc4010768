"""How far a score would move on other pictures of the same kind: the bootstrap over a split's pictures.

Pictures are drawn again with replacement, detections are not matched again (a picture's matches do not depend
on the others): a draw is a weight per picture, and a curve is a weighted running sum. Source: B. Efron,
*Bootstrap methods: another look at the jackknife*, Annals of Statistics 7 (1979).
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ml.detection.average_precision import average_precisions
from ml.detection.matching import Matches

DRAWS: Final = 200
SEED: Final = 0
LEVELS: Final = (2.5, 97.5)  # percentiles: a 95 % interval
_TINY: Final = 1e-16

Doubles = npt.NDArray[np.float64]


def intervals(matches: Matches) -> dict[str, list[float]]:
    """``{"map50": [low, high], "map50_95": [low, high]}``, the same for the same predictions."""
    draws = _draws(matches)
    low, high = np.percentile(draws, LEVELS, axis=0)  # (2,) each
    return {name: [float(low[column]), float(high[column])] for column, name in enumerate(("map50", "map50_95"))}


def _draws(matches: Matches) -> Doubles:
    """(DRAWS, 2): mAP50 and mAP50-95 of each draw."""
    generator = np.random.default_rng(SEED)
    classes = _by_class(matches)
    results = np.zeros((DRAWS, 2))
    if not matches.images:
        return results
    for draw in range(DRAWS):
        chosen = generator.integers(0, matches.images, matches.images)
        weight = np.bincount(chosen, minlength=matches.images).astype(np.float64)  # (images,)
        rows = [one for one in (_average_precisions(part, weight) for part in classes) if one is not None]
        if rows:
            results[draw] = np.mean([row[0] for row in rows]), np.mean(rows)
    return results


def _by_class(matches: Matches) -> list[dict[str, npt.NDArray[Any]]]:
    """Per class with labels: pictures of its labels; pictures and matches of its detections, the surest first."""
    true_positive = matches.true_positives()  # (N, 10)
    parts = []
    for label_class in np.unique(matches.label_class):
        rows = np.flatnonzero(matches.class_index == label_class)
        rows = rows[np.argsort(-matches.confidence[rows], kind="stable")]
        parts.append(
            {
                "label_image": matches.label_image[matches.label_class == label_class],
                "image": matches.image[rows],
                "true_positive": true_positive[rows],
            }
        )
    return parts


def _average_precisions(part: dict[str, npt.NDArray[Any]], weight: Doubles) -> Doubles | None:
    """(10,) of one class in one draw; None when the draw has no label of it."""
    instances = weight[part["label_image"]].sum()
    if instances == 0:
        return None
    drawn = weight[part["image"]]  # (n,)
    kept = drawn > 0
    if not kept.any():
        return np.zeros(part["true_positive"].shape[1])
    found = (part["true_positive"][kept] * drawn[kept, None]).cumsum(axis=0)
    seen = drawn[kept].cumsum()[:, None]
    return average_precisions(found / (instances + _TINY), found / seen)
