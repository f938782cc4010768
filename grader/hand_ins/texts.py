"""Text files as people's editors write them: with or without a mark at the beginning, in UTF-8, UTF-16 or Latin-1."""

import codecs
from typing import Final

from grader.hand_ins.inspection import Unreadable

MOST_LINES: Final = 200_000

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def text_of(data: bytes, where: str) -> str:
    """The text. Raises ``Unreadable`` (``not_text``) for bytes that are none."""
    try:
        text = _decoded(data)
    except UnicodeDecodeError as error:
        raise Unreadable("not_text", where) from error
    if "\0" in text:
        raise Unreadable("not_text", where)
    return text


def lines_of(text: str, where: str) -> list[str]:
    """Its lines without their ends, whichever system wrote them. Raises ``Unreadable`` (``too_many_lines``)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        raise Unreadable("too_many_lines", where, limit=MOST_LINES)
    return lines[:-1] if not lines[-1] else lines


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
