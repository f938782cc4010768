"""How measures are written: percents with the reader's decimal mark, metrics by the name the field gives them."""

import math
from typing import Final

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

METRIC_NAMES: Final = {"map50": "mAP50", "map50_95": "mAP50-95"}
NOTHING: Final = "–"


@register.filter
def as_percent(ratio: float | None) -> str:
    """0.7315 → "73.2 %", "73,2 %" in French; a dash for nothing and for what is not a number."""
    if ratio is None or not math.isfinite(ratio):
        return NOTHING
    value = number_format(100 * ratio, decimal_pos=1)
    return f"{value}\N{NARROW NO-BREAK SPACE}%" if (get_language() or "fr").startswith("fr") else f"{value}%"


@register.simple_tag
def percent(ratio: float | None) -> SafeString:
    return format_html('<span class="number">{}</span>', as_percent(ratio))


@register.simple_tag
def metric_name(metric: str) -> str:
    return METRIC_NAMES.get(metric, metric)


@register.filter
def share_of(part: float, whole: float) -> str:
    """A ratio for a style attribute, always with a point: 3 of 8 → "0.375"."""
    return f"{part / whole:.4f}" if whole else "0"
