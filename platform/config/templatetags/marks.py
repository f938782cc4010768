"""How marks are written: on 20, to the hundredth, in the reader's language."""

import re
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import get_format

from gradebook.telling import written

register = template.Library()
_DECIMAL = re.compile(r"\d+(\.\d+)?")
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
def as_typed(value: str) -> str:
    """A decimal number in a field, with the reader's decimal mark; anything else as it was typed."""
    return str(value).replace(".", get_format("DECIMAL_SEPARATOR")) if _DECIMAL.fullmatch(str(value)) else str(value)


@register.filter
def cell(value: Any) -> str:
    """A cell of a file, as a page shows it; nothing for nothing."""
    return written(value) if isinstance(value, Decimal) else "" if value is None else str(value)
