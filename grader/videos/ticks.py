"""Which pictures of a film are taken at a rate: for each tick of a clock the one that is shown then, each once.

Pure. A film of a lower rate gives all its pictures; one of a variable rate gives them at even times, as far as it has.
"""

from fractions import Fraction
from math import floor

#: A picture this share of a tick early is meant for it: containers round times.
_EARLY = 0.25


class Ticks:
    """``rate``: ticks a second, None to take every picture."""

    def __init__(self, rate: Fraction | None) -> None:
        self._rate = rate
        self._last = -1

    def wants(self, seconds: float) -> bool:
        """Whether the picture shown from ``seconds`` on (later each time) is the first one of a new tick."""
        if self._rate is None:
            return True
        tick = floor(seconds * float(self._rate) + _EARLY)
        if tick <= self._last:
            return False
        self._last = tick
        return True
