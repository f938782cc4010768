"""How marks are written: on 20, to the hundredth, in the reader's language."""

from decimal import Decimal
from typing import Any

from django import template

from gradebook.telling import written

register = template.Library()
MINUS = "\N{MINUS SIGN}"


@register.filter
def mark(value: Decimal | None) -> str:
    """14.5 → "14.50", "14,50" in French; a dash for nothing."""
    return written(value)


@register.filter
def signed(value: Decimal | None) -> str:
    """What is added or taken: "+0.50", "−1.00"; a dash for nothing."""
    if value is None:
        return written(None)
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{written(abs(value))}"


@register.filter
def cell(value: Any) -> str:
    """A cell of a file, as a page shows it; nothing for nothing."""
    return written(value) if isinstance(value, Decimal) else "" if value is None else str(value)
