"""Moments of a film as people write them: "1:23", "1:02:03". Pure."""

import math
import re
from typing import Final

_TIME: Final = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)(?:[.,](\d{1,3}))?", re.ASCII)
LONGEST_SECONDS: Final = 24 * 3600


def read_time(text: str) -> float | None:
    """ "1:23" → 83.0, "1:02:03,5" → 3723.5; a number alone is seconds; None for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 5:
        return float(text)
    found = _TIME.fullmatch(text)
    if found is None or (found[1] and int(found[2]) > 59):
        return None
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]) + float(f"0.{found[4] or 0}")


def as_time(seconds: float) -> str:
    """83.4 → "1:23", 3723 → "1:02:03": cut, as players do."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def read_moment(text: str) -> float | None:
    """What a page sends as a moment: seconds with a point, within a day; None for anything else."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return round(seconds, 3) if math.isfinite(seconds) and 0 <= seconds < LONGEST_SECONDS else None
