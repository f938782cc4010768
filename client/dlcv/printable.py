"""What others wrote must not drive the terminal it is shown on.

A pair's name, a class, a line of a log may hold escape sequences, bells, or marks that turn the writing direction.
Everything the server says passes through ``clean_tree`` before anything else reads it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

#: Unicode categories that show nothing or command something: controls, formats (bidi, zero width), surrogates,
#: private use, unassigned, line and paragraph separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK = re.compile(r"[ \t\n]+")


def clean(text: str) -> str:
    """The visible characters of a text, its line ends and tabs."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _INVISIBLE)


def one_line(text: object) -> str:
    """The same on one line, for tables and sentences; no-break spaces stay, as French wants them."""
    return _BLANK.sub(" ", clean(str(text))).strip()


def clean_tree(value: Any) -> Any:
    """Every text of a JSON value, its keys too."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_tree(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(key)): clean_tree(item) for key, item in value.items()}
    return value
