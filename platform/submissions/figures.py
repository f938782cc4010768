"""Figures of a submission, as the plain data that plotly.js draws; the page colours them by its theme.

A trace that stands for one class says so in ``meta``: the page's boxes show and hide it by that name.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

#: Where an axis of ratios may end: low scores must still be told apart.
CEILINGS: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75)
#: What the page's boxes call the mean over the classes; no class can be named so.
EVERY_CLASS: Final = ""
DASHES: Final = ("solid", "dash", "dot")
PENS: Final = 5


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
            "yaxis": _ratio_axis(_("average precision"), end),
            "legend": {"orientation": "h", "y": 1.14},
        },
    }


def precision_recall(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """Precision against recall at IoU 0.5, for the mean and for each class."""
    curves = metrics.get("pr")
    if not curves:
        return None
    recall = _percents(curves["recall"])
    name = _("all classes")
    traces = [_line(recall, curves["precision"], name, meta=EVERY_CLASS, line={"width": 4, "color": "ink"})]
    for index, (each, precision) in enumerate(curves["per_class"].items()):
        traces.append(_line(recall, precision, each, meta=each, line=_pen(index)))
    return {
        "data": traces,
        "layout": {
            "height": 360,
            "showlegend": False,
            "hovermode": "closest",
            "xaxis": _ratio_axis(_("recall"), 1),
            "yaxis": _ratio_axis(_("precision"), 1),
        },
    }


def against_confidence(metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """F1, precision and recall against the confidence that a box must have, with the best F1 marked."""
    curves = metrics.get("curves")
    if not curves:
        return None
    confidence = curves["confidence"]
    traces = _three(confidence, curves, EVERY_CLASS)
    for name, one in curves["per_class"].items():
        traces += _three(confidence, one, name)
    best = metrics.get("best_confidence")
    return {
        "data": traces,
        "layout": {
            "height": 360,
            "hovermode": "x unified",
            "legend": {"orientation": "h", "y": 1.12},
            "xaxis": {"title": {"text": _("confidence")}, "range": [0, 1], "fixedrange": True},
            "yaxis": _ratio_axis("", 1),
            "shapes": [] if best is None else [_upright(best)],
        },
    }


def history(points: Sequence[tuple[datetime, float, str, bool]]) -> dict[str, Any] | None:
    """The scores of a pair over time ``(when, score, file, is this one)``, and the best so far as a staircase."""
    if len(points) < 2:
        return None
    when = [_on_the_clock(moment) for moment, *_rest in points]
    scores = [score for _when, score, *_rest in points]
    best = [max(scores[: index + 1]) for index in range(len(scores))]
    here = [is_here for *_rest, is_here in points]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "x": when,
                "y": _percents(best),
                "line": {"shape": "hv", "width": 2, "dash": "dash", "color": "ink-soft"},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": when,
                "y": _percents(scores),
                "text": [name for _when, _score, name, _here in points],
                "marker": {
                    "size": [16 if one else 10 for one in here],
                    "color": ["#d1703c" if one else "#2b9c93" for one in here],
                },
                "hovertemplate": "%{text}: %{y:.1f}" + percent_sign() + "<extra></extra>",
            },
        ],
        "layout": {
            "height": 260,
            "showlegend": False,
            "xaxis": {"type": "date", "tickformat": "%d/%m\n%H:%M", "nticks": 6, "fixedrange": True},
            "yaxis": _ratio_axis("", ceiling(scores)),
        },
    }


def _on_the_clock(moment: datetime) -> str:
    """As the page's other moments are read; the plotter knows no zones."""
    return timezone.localtime(moment).replace(tzinfo=None).isoformat(timespec="seconds")


def extremes(metrics: Mapping[str, Any]) -> tuple[str, str] | None:
    """The classes that are found best and worst, by AP50; None when they do not differ."""
    known = {name: row["ap50"] for name, row in metrics["per_class"].items() if row.get("ap50") is not None}
    if len(set(known.values())) < 2:
        return None
    return max(known, key=lambda name: known[name]), min(known, key=lambda name: known[name])


def percent_sign() -> str:
    return "\N{NARROW NO-BREAK SPACE}%" if (get_language() or "fr").startswith("fr") else "%"


def _bars(metrics: Mapping[str, Any], classes: list[str], measure: str, name: str) -> dict[str, Any]:
    values = [metrics["per_class"][each].get(measure) for each in classes]
    return {
        "type": "bar",
        "name": name,
        "x": classes,
        "y": _percents(values),
        "hovertemplate": "%{x}: %{y:.1f}" + percent_sign() + f"<extra>{name}</extra>",
    }


def _three(confidence: list[float], curves: Mapping[str, list[float]], meta: str) -> list[dict[str, Any]]:
    lines: list[tuple[str, str, dict[str, Any]]] = [
        ("f1", "F1", {"width": 4, "color": "ink"}),
        ("precision", _("precision"), {"width": 2.5, "color": "#2b9c93"}),
        ("recall", _("recall"), {"width": 2.5, "color": "#d1703c", "dash": "dash"}),
    ]
    return [_line(confidence, curves[key], name, meta=meta, line=line) for key, name, line in lines]


def _line(x: list[Any], y: list[Any], name: str, *, meta: str, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "meta": meta,
        "x": x,
        "y": _percents(y),
        "line": line,
        "hovertemplate": "%{y:.1f}" + percent_sign(),
    }


def _pen(index: int) -> dict[str, Any]:
    """As many lines as one can tell apart: five pens, each in three strokes."""
    return {"width": 2, "pen": index % PENS, "dash": DASHES[index // PENS % len(DASHES)]}


def _upright(x: float) -> dict[str, Any]:
    line = {"dash": "dot", "width": 2, "color": "ink-soft"}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 100, "line": line}


def _ratio_axis(title: str, end: float) -> dict[str, Any]:
    return {
        "range": [0, 100 * end],
        "ticksuffix": percent_sign(),
        "title": {"text": title},
        "fixedrange": True,
    }


def _percents(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(100 * value, 2) for value in values]
