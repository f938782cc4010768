"""Figures of a report, as the plain data that plotly.js draws; the page colours them by its theme.

A report's figures came from a sealed child that read a stranger's files: what is not the numbers we draw is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from challenges import experiments

MOST_POINTS: Final = 2_000
LISTS: Final = ("train", "val", "test")
STRATEGIES: Final = ("sequence", "time", "random")


@dataclass(frozen=True)
class Drawn:
    """A figure with its title, and a sentence that says what it shows to whoever cannot see it.

    ``identity`` is what its place on the page is called.
    """

    identity: str
    title: str
    caption: str
    figure: Mapping[str, Any]


def drawn_from(figures: Mapping[str, Any], *, within: str) -> tuple[Drawn, ...]:
    """What can be drawn of a report's figures, in reading order. ``within`` tells two reports of a page apart."""
    makers = (_metrics, _losses, _shares, _leakage, _strategies, _experiment)
    found = (drawn for maker in makers if (drawn := maker(figures)) is not None)
    return tuple(replace(drawn, identity=f"{within}-{drawn.identity}") for drawn in found)


def _shares(figures: Mapping[str, Any]) -> Drawn | None:
    shares = _numbers(figures.get("shares"), LISTS)
    if shares is None:
        return None
    values = [round(100 * share, 1) for share in shares]
    said = ", ".join(f"{name} {_percent(value)}" for name, value in zip(LISTS, values, strict=True))
    return Drawn("shares", _("How the pictures are shared out"), said, _bars([(None, list(LISTS), values)]))


def _leakage(figures: Mapping[str, Any]) -> Drawn | None:
    shares = _numbers(figures.get("leakage"), ("sequence", "neighbour"))
    if shares is None:
        return None
    values = [round(100 * share, 1) for share in shares]
    words = [_("same sequence"), _("next picture")]
    caption = _(
        "Of the pictures of val and test: %(sequence)s come from a sequence that train has seen, %(neighbour)s are the "
        "next or the previous picture of one in train. What leaks flatters the score that is measured."
    ) % {"sequence": _percent(values[0]), "neighbour": _percent(values[1])}
    return Drawn("leakage", _("What leaks from train into val and test"), caption, _bars([(None, words, values)]))


def _strategies(figures: Mapping[str, Any]) -> Drawn | None:
    found = figures.get("strategies")
    if not isinstance(found, Mapping):
        return None
    leaks = [
        _numbers(one.get("leakage") if isinstance(one := found.get(name), Mapping) else None, ("sequence", "neighbour"))
        for name in STRATEGIES
    ]
    if any(leak is None for leak in leaks):
        return None
    words = strategy_names()
    series = [
        (title, words, [round(100 * leak[index], 1) for leak in leaks if leak])
        for index, title in enumerate((_("same sequence"), _("next picture")))
    ]
    caption = _("Of the pictures of val and test, how many have their sequence, or their neighbour in time, in train.")
    return Drawn("strategies", _("What leaks with each of your three splits"), caption, _bars(series))


def _experiment(figures: Mapping[str, Any]) -> Drawn | None:
    """What became of three real detectors, beside a report that speaks of splits."""
    if "leakage" not in figures and "strategies" not in figures:
        return None
    run = experiments.split_strategies()
    strategies = [run.strategy(name) for name in STRATEGIES]
    promised = [round(100 * each.map50_own_test, 1) for each in strategies]
    worth = [round(100 * each.map50_new_clips, 1) for each in strategies]
    words = strategy_names()
    caption = _(
        "We split %(clips)s clips in three ways and trained the same %(architecture)s on each split. mAP50 promised by "
        "the split's own test, then measured on clips that nobody had seen: %(figures)s."
    ) % {
        "clips": run.clips,
        "architecture": run.architecture,
        "figures": "; ".join(
            f"{word} {_percent(one)} → {_percent(other)}"
            for word, one, other in zip(words, promised, worth, strict=True)
        ),
    }
    series = [(_("promised by its own test"), words, promised), (_("on clips never seen"), words, worth)]
    figure = _bars(series, end=max(*promised, *worth))
    return Drawn("experiment", _("What a split does to the mAP that is measured"), caption, figure)


def _metrics(figures: Mapping[str, Any]) -> Drawn | None:
    names = {"map50": "mAP50", "map50_95": "mAP50-95", "precision": _("precision"), "recall": _("recall")}
    lines = _curves(figures, names)
    if not lines:
        return None
    best = figures.get("best_map50")
    known = isinstance(best, int | float) and not isinstance(best, bool)
    caption = _("The best mAP50: %(best)s.") % {"best": _percent(round(100 * float(best), 1))} if known and best else ""
    return Drawn("metrics", _("What it got right, epoch by epoch"), caption, _lines(lines))


def _losses(figures: Mapping[str, Any]) -> Drawn | None:
    parts = ("box", "obj", "cls", "dfl")
    names = {f"{split}/{part}": f"{split} {part}" for part in parts for split in ("train", "val")}
    lines = _curves(figures, names)
    caption = _("Losses of training are drawn plain, those of validation dashed.")
    return Drawn("losses", _("What it got wrong, epoch by epoch"), caption, _lines(lines)) if lines else None


def _curves(figures: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """A line for each of these columns that the results held, numbers and holes only."""
    curves = figures.get("curves")
    series = curves.get("series") if isinstance(curves, Mapping) else None
    epochs = _column(curves.get("epochs")) if isinstance(curves, Mapping) else None
    if epochs is None or not isinstance(series, Mapping):
        return []
    found = ((name, title, _column(series.get(name))) for name, title in names.items())
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": title,
            "x": epochs,
            "y": values,
            "line": {"dash": "dash" if name.startswith("val/") else "solid", "width": 2.5},
        }
        for name, title, values in found
        if values is not None and len(values) == len(epochs)
    ]


def _column(value: Any) -> list[float | None] | None:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > MOST_POINTS:
        return None
    is_right = all(one is None or (isinstance(one, int | float) and not isinstance(one, bool)) for one in value)
    return list(value) if is_right else None


def _lines(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "data": lines,
        "layout": {
            "height": 340,
            "xaxis": {"title": {"text": _("epoch")}, "fixedrange": True},
            "yaxis": {"rangemode": "tozero", "fixedrange": True},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
            "hovermode": "x unified",
        },
    }


def strategy_names() -> list[str]:
    """How the three strategies are called in a figure, in the order of STRATEGIES."""
    return [_("by sequence"), _("by time"), _("at random")]


def _bars(series: Iterable[tuple[str | None, list[str], list[float]]], *, end: float = 100) -> dict[str, Any]:
    """Groups of bars, in percent, with room above them for their numbers."""
    data = [
        {
            "type": "bar",
            "x": words,
            "y": values,
            "text": [_percent(value) for value in values],
            "textposition": "outside",
            "textangle": 0,
            "cliponaxis": False,
            "hoverinfo": "skip",
            **({"name": name} if name else {}),
        }
        for name, words, values in series
    ]
    return {
        "data": data,
        "layout": {
            "barmode": "group",
            "height": 300,
            "showlegend": len(data) > 1,
            "xaxis": {"showgrid": False, "fixedrange": True},
            "yaxis": {"range": [0, 1.12 * end], "ticksuffix": _sign(), "fixedrange": True},
            "legend": {"orientation": "h", "y": 1.16},
        },
    }


def _numbers(value: Any, names: Iterable[str]) -> list[float] | None:
    """The numbers of these names; None unless all are there."""
    if not isinstance(value, Mapping):
        return None
    found = [value.get(name) for name in names]
    is_right = all(isinstance(one, int | float) and not isinstance(one, bool) for one in found)
    return [float(one) for one in found if one is not None] if is_right else None


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")


def _sign() -> str:
    return "\N{NARROW NO-BREAK SPACE}%" if _is_french() else "%"


def _percent(value: float) -> str:
    text = f"{value:g}"
    return (text.replace(".", ",") if _is_french() else text) + _sign()
