"""Spaces and apostrophes as a printer sets them: content files are typed on a plain keyboard."""

import re
from typing import Final

NO_BREAK: Final = "\u00a0"

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_BEFORE_MARK = re.compile(r"(?<!\s) ([;?!»]|:(?=\s|$))")
_AFTER_OPENING = re.compile(r"« ")


def typeset(text: str, language: str) -> str:
    """Text, not code: typographic apostrophes; in French the spaces that must not break a line as well."""
    text = _APOSTROPHE.sub("’", text)
    if language != "fr":
        return text
    text = _BEFORE_MARK.sub(rf"{NO_BREAK}\1", text)
    return _AFTER_OPENING.sub(f"«{NO_BREAK}", text)
