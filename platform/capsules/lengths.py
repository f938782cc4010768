"""How long a capsule should be: advice with a colour, never a refusal. Pure."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Lengths:
    """Seconds. Between the ideal two it is fine; beyond the outer two it is too short or too long."""

    shortest: float
    ideal_low: float
    ideal_high: float
    longest: float


#: Each verdict's badge (docs/design.md).
BADGES: Final = {"too_short": "stop", "short": "wait", "fine": "done", "long": "wait", "too_long": "stop"}


def verdict(seconds: float, lengths: Lengths) -> str:
    """A key of ``BADGES``. The bounds themselves are on the better side."""
    if seconds < lengths.shortest:
        return "too_short"
    if seconds < lengths.ideal_low:
        return "short"
    if seconds <= lengths.ideal_high:
        return "fine"
    return "long" if seconds <= lengths.longest else "too_long"
