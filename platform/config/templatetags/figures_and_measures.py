"""How measures are written: percents, sizes, durations and moments as the reader's language writes them."""

import datetime
import math
from typing import Final

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

METRIC_NAMES: Final = {"map50": "mAP50", "map50_95": "mAP50-95"}
CONVENTION_NAMES: Final = {"yolov5": "YOLOv5 v6.2", "ultralytics": "ultralytics", "coco": "COCO"}
NOTHING: Final = "–"
NO_BREAK: Final = "\N{NARROW NO-BREAK SPACE}"


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")


def _sign() -> str:
    return f"{NO_BREAK}%" if _is_french() else "%"


def _number(value: float, decimals: int) -> str:
    # Rounded here: number_format alone cuts digits off.
    return number_format(f"{value:.{decimals}f}", decimal_pos=decimals)


@register.filter
def as_percent(ratio: float | None) -> str:
    """0.7315 → "73.2%", "73,2 %" in French; a dash for nothing and for what is not a number."""
    if ratio is None or not math.isfinite(ratio):
        return NOTHING
    return _number(100 * ratio, 1) + _sign()


@register.simple_tag
def percent(ratio: float | None) -> SafeString:
    return format_html('<span class="number">{}</span>', as_percent(ratio))


@register.filter
def as_whole_percent(ratio: float) -> str:
    """The end of an axis: 0.2 → "20%"."""
    return _number(100 * ratio, 0) + _sign()


@register.simple_tag
def metric_name(metric: str) -> str:
    return METRIC_NAMES.get(metric, metric)


@register.filter
def share_of(part: float, whole: float) -> str:
    """A ratio for a style attribute, always with a point: 3 of 8 → "0.3750"."""
    return f"{part / whole:.4f}" if whole else "0"


@register.filter
def as_size(size_bytes: int) -> str:
    """5241801 → "5.0 MiB", "5,0 Mio" in French; from ten on without a decimal."""
    value, unit = size_bytes / 2**20, "MiB"
    if value >= 1024:
        value, unit = value / 1024, "GiB"
    elif value < 0.1:
        value, unit = size_bytes / 2**10, "KiB"
    number = _number(value, 1 if value < 10 else 0)
    return f"{number}{NO_BREAK}{unit.replace('B', 'o') if _is_french() else unit}"


@register.filter
def as_duration(seconds: float) -> str:
    """A guess, no clock: 32.1 → "35 s", 100 → "2 min"."""
    if seconds < 60:
        return f"{max(5, math.ceil(seconds / 5) * 5)}{NO_BREAK}s"
    return f"{math.ceil(seconds / 60)}{NO_BREAK}min"


@register.simple_tag
def moment(when: datetime.datetime) -> SafeString:
    """Day and hour, in the course's time zone; the year only when it is another one."""
    local = timezone.localtime(when)
    month = "N" if _is_french() else "M"  # "nov." and "Nov", as browsers write them
    year = "" if local.year == timezone.localtime().year else " Y"
    form = f"j {month}{year}, H:i"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), date_format(local, form))


@register.filter
def convention_name(convention: str) -> str:
    """Whose way of computing average precision."""
    return CONVENTION_NAMES.get(convention, convention)


@register.filter
def as_percents(interval: list[float] | None) -> str:
    """[0.36, 0.464] → "36.0% – 46.4%"; nothing where there is no interval."""
    return f"{as_percent(interval[0])} – {as_percent(interval[1])}" if interval else ""


@register.filter
def as_millions(count: int | None) -> str:
    """7225885 → "7.2 M"; below a tenth of a million in full."""
    if count is None:
        return NOTHING
    if count < 100_000:
        return number_format(count, decimal_pos=0, use_l10n=True, force_grouping=True)
    return f"{_number(count / 1e6, 1)}{NO_BREAK}M"


@register.filter
def as_decimals(value: float | None, decimals: int = 1) -> str:
    """A measure that is no ratio: 12.345 → "12.3"; a dash for nothing."""
    return NOTHING if value is None or not math.isfinite(value) else _number(value, decimals)


@register.filter
def until(when: datetime.datetime) -> str:
    """The hour, with its day unless that is today: "00:00", "27 Nov, 00:00"."""
    local = timezone.localtime(when)
    if local.date() == timezone.localdate():
        return date_format(local, "H:i")
    return date_format(local, f"j {'N' if _is_french() else 'M'}, H:i")
