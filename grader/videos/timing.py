"""A film's times: how long, how many pictures a second, whether that changes. Pure, from what its packets say."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

#: A camera's usual rates; a measured one this near (as a share) is meant to be one of them.
RATES: Final = (24_000 / 1_001, 24.0, 25.0, 30_000 / 1_001, 30.0, 48.0, 50.0, 60_000 / 1_001, 60.0, 120.0, 240.0)
_NEAR: Final = 0.0004
#: Steps this far from the usual one (as a share, and in seconds: containers round to a millisecond) are irregular …
_UNEVEN: Final = 0.2
_ROUNDING: Final = 0.0021
_MILLISECOND: Final = 0.001
#: … and as many of them (as a share) make the rate a variable one.
_FEW: Final = 0.02


@dataclass(frozen=True)
class Rate:
    """Mean frames a second; whether the time from one to the next changes."""

    mean: float
    is_variable: bool


def rate_of(times: Sequence[float], *, usual: float = 30.0) -> Rate:
    """The rate of pictures shown at ``times`` (seconds, in order). One picture has the ``usual`` rate.

    Raises ValueError for times that do not advance.
    """
    if len(times) < 2:
        return Rate(usual, False)
    lasting = times[-1] - times[0]
    if lasting <= 0:
        raise ValueError("the times do not advance")
    steps = [later - earlier for earlier, later in pairwise(times)]
    middle = median(steps)
    even = [step for step in steps if abs(step - middle) <= max(_UNEVEN * middle, _ROUNDING)]
    uneven = len(steps) - len(even)
    if uneven > max(1, _FEW * len(steps)) or not even:
        return Rate((len(times) - 1) / lasting, True)
    measured = len(even) / sum(even)  # a picture that was lost does not change the rate of the others
    near = [rate for rate in RATES if abs(measured - rate) <= rate * (_NEAR + _MILLISECOND / lasting)]
    return Rate(min(near, key=lambda rate: abs(rate - measured), default=measured), False)
