"""Figures of a submission, as the plain data that plotly.js draws; the page colours them by its theme."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

#: Where an axis of ratios may end: low scores must still be told apart.
CEILINGS: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75)


def ceiling(ratios: Iterable[float | None]) -> float:
    """The end of an axis that holds all of these; 1.0 when there is nothing to show."""
    known = [ratio for ratio in ratios if ratio is not None]
    highest = max(known, default=1.0)
    return next((end for end in CEILINGS if highest <= end), 1.0)


def per_class(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """AP50 and AP50-95 of each class as bars, in percent."""
    classes = list(metrics["per_class"])
    end = ceiling(row.get("ap50") for row in metrics["per_class"].values())
    return {
        "data": [_bars(metrics, classes, "ap50", "AP50"), _bars(metrics, classes, "ap50_95", "AP50-95")],
        "layout": {
            "barmode": "group",
            "height": 340,
            "xaxis": {"showgrid": False, "fixedrange": True},
            "yaxis": {
                "range": [0, 100 * end],
                "ticksuffix": _percent_sign(),
                "title": {"text": _("average precision")},
                "fixedrange": True,
            },
            "legend": {"orientation": "h", "y": 1.14},
        },
    }


def extremes(metrics: Mapping[str, Any]) -> tuple[str, str] | None:
    """The classes that are found best and worst, by AP50; None when they do not differ."""
    known = {name: row["ap50"] for name, row in metrics["per_class"].items() if row.get("ap50") is not None}
    if len(set(known.values())) < 2:
        return None
    return max(known, key=lambda name: known[name]), min(known, key=lambda name: known[name])


def _bars(metrics: Mapping[str, Any], classes: list[str], measure: str, name: str) -> dict[str, Any]:
    values = [metrics["per_class"][each].get(measure) for each in classes]
    return {
        "type": "bar",
        "name": name,
        "x": classes,
        "y": [None if value is None else round(100 * value, 2) for value in values],
        "hovertemplate": "%{x}: %{y:.1f}" + _percent_sign() + f"<extra>{name}</extra>",
    }


def _percent_sign() -> str:
    return "\N{NARROW NO-BREAK SPACE}%" if (get_language() or "fr").startswith("fr") else "%"
