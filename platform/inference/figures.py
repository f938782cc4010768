"""The timeline of a detection as the plain data that plotly.js draws: a lane for each class, in its boxes' color."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LANE_PIXELS: Final = 44
MARGIN_PIXELS: Final = 70
#: How much of its lane the fullest bin takes.
FILLED: Final = 0.86


def timeline_figure(timeline: Mapping[str, Any]) -> dict[str, Any]:
    """Bars of the mean number of boxes a frame, lane over lane, the class most often seen on top."""
    rows = timeline["classes"]
    lanes = len(rows)
    return {
        "data": [_lane(row, lanes - 1 - index, timeline["bin_seconds"]) for index, row in enumerate(rows)],
        "layout": {
            "height": MARGIN_PIXELS + LANE_PIXELS * max(lanes, 1),
            "barmode": "overlay",
            "bargap": 0,
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "xaxis": {
                "range": [0, timeline["seconds"]],
                "title": {"text": _("seconds")},
                "fixedrange": True,
            },
            "yaxis": {
                "range": [-0.06, max(lanes, 1)],
                "tickvals": [lanes - 1 - index + FILLED / 2 for index in range(lanes)],
                "ticktext": [row["name"] for row in rows],
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
            },
        },
    }


def _lane(row: Mapping[str, Any], lane: int, step: float) -> dict[str, Any]:
    highest = max((value for value in row["bins"] if value), default=1.0)
    shown = [(number, value) for number, value in enumerate(row["bins"]) if value]
    return {
        "type": "bar",
        "name": row["name"],
        "x": [round((number + 0.5) * step, 4) for number, _value in shown],
        "y": [round(FILLED * value / highest, 4) for _number, value in shown],
        "base": lane,
        "width": step,
        "customdata": [_said(value) for _number, value in shown],
        "marker": {"color": row["color"], "line": {"width": 0}},
        "hovertemplate": "%{x:.1f} s<br>%{customdata}<extra>%{fullData.name}</extra>",
    }


def _said(value: float) -> str:
    """``1 box a frame``, ``1.5 boxes a frame``."""
    number = f"{value:.2f}".rstrip("0").rstrip(".")
    return ngettext("%(number)s box a frame", "%(number)s boxes a frame", 1 if value <= 1 else 2) % {"number": number}
