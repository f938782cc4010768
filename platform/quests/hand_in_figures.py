"""Figures of a report, as the plain data that plotly.js draws; the page colours them by its theme.

A report's figures came from a sealed child that read a stranger's files: what is not the numbers we draw is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

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
    makers = (_shares, _leakage, _strategies)
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
    words = [_("whose sequence is in train too"), _("whose neighbour in time is in train")]
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
        for index, title in enumerate((_("sequence in train too"), _("neighbour in train")))
    ]
    caption = _("Of the pictures of val and test, how many have their sequence, or their neighbour in time, in train.")
    return Drawn("strategies", _("What leaks with each of your three splits"), caption, _bars(series))


def strategy_names() -> list[str]:
    """How the three strategies are called in a figure, in the order of STRATEGIES."""
    return [_("by sequence"), _("by time"), _("at random")]


def _bars(series: Iterable[tuple[str | None, list[str], list[float]]]) -> dict[str, Any]:
    """Groups of bars, in percent."""
    data = [
        {
            "type": "bar",
            "x": words,
            "y": values,
            "text": [_percent(value) for value in values],
            "textposition": "auto",
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
            "yaxis": {"range": [0, 105], "ticksuffix": _sign(), "fixedrange": True},
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
