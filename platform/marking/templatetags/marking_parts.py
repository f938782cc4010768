"""How marks and levels are written."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import template
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from marking.computing import quantized

register = template.Library()

SOURCES: Final = {
    "both": _("both the same"),
    "first": _("the first marker's"),
    "second": _("the second marker's"),
    "mean": _("mean of both"),
    "typed": _("decided apart"),
}
AXES: Final = {"themes": _("Themes"), "analyses": _("Analyses"), "scopes": _("Scopes")}
ACTIONS: Final = {
    "mark-moderated": _("agreed"),
    "mark-overridden": _("overridden"),
    "mark-adjusted": _("individual adjustment"),
    "mark-published": _("published"),
    "mark-reopened": _("opened again"),
    "mark-changed": _("published again"),
    "appeal-made": _("appeal"),
    "appeal-accepted": _("appeal accepted"),
    "appeal-declined": _("appeal declined"),
}


@register.filter
def on_twenty(mark: Decimal | str | None) -> str:
    """A mark with the decimals it needs, in the reader's way: 13,25; 12; a dash for none."""
    if mark in (None, ""):
        return "–"
    return plain_number(quantized(Decimal(str(mark))))


@register.filter
def plain_number(number: Decimal | float | str) -> str:
    """Without useless zeros."""
    exact = Decimal(str(number)).normalize()
    return formats.number_format(exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact)


@register.filter
def level(given: float | int | None) -> str:
    """A level, or a middle dot where nobody has decided."""
    return "·" if given is None else plain_number(given)


@register.filter
def signed(number: Decimal | float | str) -> str:
    """With its sign: +1,5, −2, 0."""
    exact = quantized(Decimal(str(number)))
    if not exact:
        return "0"
    return ("+" if exact > 0 else "−") + plain_number(abs(exact))


@register.filter
def two_decimals(number: float) -> str:
    return plain_number(quantized(Decimal(str(number))))


@register.filter
def as_text(mark: Decimal | None) -> str:
    """As a mark is stored: to compare with what was told."""
    return "" if mark is None else str(mark)


@register.filter
def or_nothing(mark: Decimal | None) -> str:
    """A mark to go on typing; nothing where there is none."""
    return "" if mark is None else plain_number(mark)


@register.filter
def same_number(number: object, other: object) -> bool:
    return Decimal(str(number)) == Decimal(str(other))


@register.filter
def at(mapping: Any, key: str) -> Any:
    """What stands under a key; nothing where it is missing: a draft may be half of a rubric."""
    return mapping.get(key, "") if isinstance(mapping, Mapping) else ""


@register.filter
def as_source(source: str) -> str:
    return str(SOURCES.get(source, ""))


@register.filter
def as_axis(axis: str) -> str:
    return str(AXES.get(axis, axis))


@register.filter
def as_action(action: str) -> str:
    """What the trace's code says; the code itself where we have no words for it."""
    return str(ACTIONS.get(action, action))
