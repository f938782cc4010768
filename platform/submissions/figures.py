"""Figures of a submission, as the plain data that plotly.js draws; the page colours them by its theme."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def per_class(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """AP50 and AP50-95 of each class as bars, in percent."""
    classes = list(metrics["per_class"])
    return {
        "data": [_bars(metrics, classes, "ap50", "AP50"), _bars(metrics, classes, "ap50_95", "AP50-95")],
        "layout": {
            "barmode": "group",
            "yaxis": {"range": [0, 100], "ticksuffix": " %", "title": {"text": _("average precision")}},
            "legend": {"orientation": "h", "y": 1.12},
        },
    }


def _bars(metrics: Mapping[str, Any], classes: list[str], measure: str, name: str) -> dict[str, Any]:
    values = [metrics["per_class"][each].get(measure) for each in classes]
    return {
        "type": "bar",
        "name": name,
        "x": classes,
        "y": [None if value is None else round(100 * value, 2) for value in values],
        "hovertemplate": "%{x}: %{y:.1f} %<extra>" + name + "</extra>",
    }
