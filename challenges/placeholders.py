"""``{name}`` in a statement: where a pair's variant shows what was drawn for it.

Formulas and blocks of code have braces of their own: there ``{a}`` stays as it is unless ``a`` is a parameter. In a
formula the braces stay around the value, so that ``\\frac{side}{2}`` and ``x_{side}`` read as they look.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from challenges.parameters import at_path

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\}")
_OWN_BRACES = re.compile(r"^```.*?^```|\$\$[^$]+\$\$|\$[^\s$]\$|\$[^\s$][^$\n]*[^\s$]\$", re.DOTALL | re.MULTILINE)


def fill(text: str, values: Mapping[str, Any]) -> str:
    """The text with the values in place. Raises ``KeyError`` for a name that has none."""
    return "".join((_filled_own if own else _filled)(piece, values) for piece, own in _pieces(text))


def placeholders(text: str, names: Collection[str]) -> frozenset[str]:
    """The paths that a text shows; in formulas and blocks of code only those that begin with one of ``names``."""
    return frozenset(
        path for piece, own in _pieces(text) for path in _PLACEHOLDER.findall(piece) if not own or _first(path) in names
    )


def has_stray_brace(text: str) -> bool:
    """Whether a brace opens that is neither a placeholder's nor a formula's nor a code block's: a typing mistake."""
    return any("{" in _PLACEHOLDER.sub("", piece) for piece, own in _pieces(text) if not own)


def _filled(piece: str, values: Mapping[str, Any]) -> str:
    return _PLACEHOLDER.sub(lambda match: str(at_path(values, match[1])), piece)


def _filled_own(piece: str, values: Mapping[str, Any]) -> str:
    """A formula or a block of code."""

    def shown(match: re.Match[str]) -> str:
        if _first(match[1]) not in values:
            return match[0]
        value = str(at_path(values, match[1]))
        return f"{{{value}}}" if piece.startswith("$") else value

    return _PLACEHOLDER.sub(shown, piece)


def _first(path: str) -> str:
    return path.split(".", 1)[0]


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, cut into pieces without (False) and with (True) braces of their own."""
    end = 0
    for found in _OWN_BRACES.finditer(text):
        yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield text[end:], False
