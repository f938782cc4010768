"""Ratios, sizes and durations as people of each language write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dlcv.language import language, say
from dlcv.printable import one_line


def decimal(value: float, digits: int = 1) -> str:
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if language() == "fr" else text


def percent(ratio: Any) -> str:
    """``42.3%``, in French ``42,3 %``; a dash for what is unknown."""
    if not is_number(ratio):
        return "–"
    return f"{decimal(100 * ratio)}\N{NO-BREAK SPACE}%" if language() == "fr" else f"{decimal(100 * ratio)}%"


def interval(bounds: Any) -> str:
    """``40.1–45.0`` in percent; empty when there is none."""
    if not isinstance(bounds, list) or len(bounds) != 2 or not all(is_number(bound) for bound in bounds):
        return ""
    return "–".join(decimal(100 * bound) for bound in bounds)


def size(count: float) -> str:
    megabytes = count / 1e6
    return say("{count} MB", count=decimal(megabytes, 1 if megabytes < 100 else 0))


def duration(seconds: float) -> str:
    if 0 < seconds < 9.95:
        return f"{decimal(seconds)} s"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def moment(text: Any) -> str:
    """A moment of the server's on this machine's clock; as it came when it is none."""
    try:
        # Python before 3.11 reads no Z.
        return datetime.fromisoformat(str(text).replace("Z", "+00:00")).astimezone().strftime("%d/%m %H:%M")
    except ValueError:
        return one_line(text)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
