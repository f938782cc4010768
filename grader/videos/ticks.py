"""Which pictures of a film are taken at a rate: for each tick of a clock the one that is shown then, each once.

Pure. A film of a lower rate gives all its pictures; one of a variable rate gives them at even times, as far as it has.
"""

from fractions import Fraction
from math import floor
from typing import Final

#: A picture this early is meant for the tick (seconds, share of it): containers round times, cameras tremble.
_EARLY_SECONDS: Final = 0.008
_EARLY_SHARE: Final = 0.25


class Ticks:
    """``rate``: ticks a second, None to take every picture."""

    def __init__(self, rate: Fraction | None) -> None:
        self._rate = rate
        self._last = -1

    def wants(self, seconds: float) -> bool:
        """Whether the picture shown from ``seconds`` on (later each time) is the first one of a new tick."""
        if self._rate is None:
            return True
        rate = float(self._rate)
        tick = floor(seconds * rate + min(_EARLY_SHARE, _EARLY_SECONDS * rate))
        if tick <= self._last:
            return False
        self._last = tick
        return True
