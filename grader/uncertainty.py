"""How far a score would move on other pictures of the same kind: the bootstrap over a split's clusters.

Clusters (the pictures of one video) are drawn again with replacement, detections are not matched again (a picture's
matches do not depend on the others): a draw is a weight per picture, and a curve is a weighted running sum. Source:
B. Efron, *Bootstrap methods: another look at the jackknife*, Annals of Statistics 7 (1979).

The k-th draw takes the same clusters for every file that is scored on the same pictures, so that the draws of two files
are pairs: whether one is better is read from the differences.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from grader.reports import DRAWS
from ml.detection.average_precision import Doubles, Integers, Runs, Tally, runs_of, tally
from ml.detection.boxes import SplitBoxes
from ml.detection.conventions import Judged

SEED: Final = 0
LEVELS: Final = (2.5, 97.5)  # percentiles: a 95 % interval
MEANS: Final = ("map50", "map50_95")


def draws(judged: Judged, boxes: SplitBoxes, cluster: Integers) -> dict[str, list[float]]:
    """``{"map50": [DRAWS], "map50_95": [DRAWS]}``; ``cluster`` (images,) numbers each picture's.

    Where all pictures are one cluster, each picture is drawn alone: no interval at all would be worse.
    """
    if not boxes.images or not len(boxes.label_class):
        return {name: [0.0] * DRAWS for name in MEANS}
    _, cluster = np.unique(cluster, return_inverse=True)
    count = int(cluster.max()) + 1
    if count == 1:
        cluster, count = np.arange(boxes.images), boxes.images
    split = Drawable.of(judged, boxes)
    generator = np.random.default_rng(SEED)
    times = np.array([np.bincount(generator.integers(0, count, count), minlength=count) for _ in range(DRAWS)])
    results = np.concatenate(split.means(times[:, cluster]))  # (DRAWS, 2)
    return {name: np.round(results[:, column], 6).tolist() for column, name in enumerate(MEANS)}


def intervals(drawn: dict[str, list[float]]) -> dict[str, list[float]]:
    """``{"map50": [low, high], "map50_95": [low, high]}`` between which 95 % of the draws lie."""
    return {name: np.percentile(values, LEVELS).tolist() for name, values in drawn.items()}


@dataclass(frozen=True)
class Drawable:
    """A judged split, ready to be weighted again and again."""

    judged: Judged
    runs: Runs
    image: Integers  # (n,) by place
    label_row: Integers  # (M,) 0 … K−1
    label_image: Integers  # (M,)

    @classmethod
    def of(cls, judged: Judged, boxes: SplitBoxes) -> "Drawable":
        ranking = judged.ranking
        return cls(
            judged=judged,
            runs=runs_of(ranking, judged.right),
            image=boxes.image[ranking.rows],
            label_row=np.searchsorted(ranking.classes, boxes.label_class),
            label_image=boxes.label_image,
        )

    def means(self, weights: Integers) -> list[Doubles]:
        """mAP50 and mAP50-95 of every draw, when pictures count ``weights`` (draws, images) times; in parts of (·, 2).

        Draws are counted several at a time, side by side in the bits of 64-bit numbers.
        """
        detections = np.bincount(self.image, minlength=weights.shape[1])
        bits = int((weights @ detections).max()).bit_length() + 1
        together = max(1, 63 // bits)
        return [self._some(weights[first : first + together], bits) for first in range(0, len(weights), together)]

    def _some(self, weights: Integers, bits: int) -> Doubles:
        shifts = bits * np.arange(len(weights))
        packed = (weights << shifts[:, None]).sum(axis=0)  # (images,)
        before = np.concatenate(([0], np.cumsum(np.take(packed, self.image))))
        counts = tally(self.judged.ranking, self.runs, before)
        return np.array(
            [
                self._means(counts, weight, int(shift), (1 << bits) - 1)
                for weight, shift in zip(weights, shifts, strict=True)
            ]
        )

    def _means(self, counts: Tally, weight: Integers, shift: int, mask: int) -> tuple[float, float]:
        """A class without a label among the drawn pictures leaves the means, as it would in a score."""
        classes = len(self.judged.ranking.classes)
        instances = np.bincount(self.label_row, np.take(weight, self.label_image), minlength=classes)
        steps = counts.stairs(self.runs, instances.astype(np.int64), shift=shift, mask=mask)
        areas = steps.areas(self.judged.rule)[:, instances > 0]  # (T, K')
        return (float(areas[0].mean()), float(areas.mean())) if areas.size else (0.0, 0.0)
