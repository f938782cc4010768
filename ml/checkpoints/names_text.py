"""Class names written as text: the Python dictionary or list that exports put in their metadata, or JSON's.

YOLOv5's own tools evaluate this text as Python (``DetectMultiBackend``, v6.2): here it is read by a grammar of
integers and quoted strings that can say nothing else.
"""

import re
from collections.abc import Iterator
from typing import Final

from ml.checkpoints.limits import Limits
from ml.checkpoints.sentences import refusal

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<mark>[\[\]{}:,])|(?P<number>0|[1-9][0-9]{0,5})(?![0-9A-Za-z_.])"""
    r"""|(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))""",
    re.ASCII,
)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_PLAIN_ESCAPES: Final = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "/": "/",
    "\\": "\\",
    "'": "'",
    '"': '"',
}
_LAST_CODE_POINT: Final = 0x10FFFF

Value = int | str
Token = tuple[str, Value]


def names_from(text: str, limits: Limits) -> dict[int, str] | list[Value]:
    """``{0: 'charlie', 1: 'mug'}``, ``{"0": "charlie"}`` or ``['charlie', 'mug']`` -> the same as data.

    Raises ``Refused`` (``names_invalid``).
    """
    if len(text) > limits.metadata_text:
        raise refusal("names_invalid")
    tokens = _tokens(text, 4 * limits.classes + 4)
    opening = next(tokens, None)
    if opening == ("mark", "["):
        return _listed(tokens)
    if opening == ("mark", "{"):
        return _numbered(tokens)
    raise refusal("names_invalid")


def _tokens(text: str, most: int) -> Iterator[Token]:
    position, stop = 0, len(text.rstrip())
    for _ in range(most + 1):
        if position >= stop:
            return
        match = _TOKEN.match(text, position, stop)
        if match is None:
            break
        position = match.end()
        if match["number"] is not None:
            yield "value", int(match["number"])
        elif match["text"] is not None:
            yield "value", _unescaped(match["text"][1:-1])
        else:
            yield "mark", match["mark"]
    raise refusal("names_invalid")


def _listed(tokens: Iterator[Token]) -> list[Value]:
    found: list[Value] = []
    for kind, value in tokens:
        if (kind, value) == ("mark", "]"):
            _require_end(tokens)
            return found
        if kind != "value":
            break
        found.append(value)
        if _comma_or_end(tokens, "]"):
            _require_end(tokens)
            return found
    raise refusal("names_invalid")


def _numbered(tokens: Iterator[Token]) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind, key in tokens:
        if (kind, key) == ("mark", "}"):
            _require_end(tokens)
            return found
        colon, name = next(tokens, None), next(tokens, None)
        index = int(key) if kind == "value" and _is_index(key) else -1
        if index < 0 or index in found or colon != ("mark", ":") or name is None or name[0] != "value":
            break
        found[index] = str(name[1])
        if _comma_or_end(tokens, "}"):
            _require_end(tokens)
            return found
    raise refusal("names_invalid")


def _is_index(key: Value) -> bool:
    return isinstance(key, int) or (key.isascii() and key.isdecimal() and len(key) <= 6)


def _comma_or_end(tokens: Iterator[Token], end: str) -> bool:
    """Whether the end came, rather than a comma."""
    after = next(tokens, None)
    if after not in (("mark", ","), ("mark", end)):
        raise refusal("names_invalid")
    return after == ("mark", end)


def _require_end(tokens: Iterator[Token]) -> None:
    if next(tokens, None) is not None:
        raise refusal("names_invalid")


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits is None:
        if match[4] not in _PLAIN_ESCAPES:
            raise refusal("names_invalid")
        return _PLAIN_ESCAPES[match[4]]
    code = int(digits, 16)
    if code > _LAST_CODE_POINT or 0xD800 <= code <= 0xDFFF:
        raise refusal("names_invalid")
    return chr(code)
