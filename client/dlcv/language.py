"""French or English, by the environment; the English sentence is the key of ``dlcv.french``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from dlcv.french import SENTENCES
from dlcv.printable import one_line

#: In the order in which they win, as for gettext.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def language() -> str:
    """``fr`` when the first of these that says something says French, else ``en``."""
    said = next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), "")
    return "fr" if said.lower().startswith("fr") else "en"


def say(english: str, **values: object) -> str:
    """The sentence in the reader's language, with what it quotes."""
    sentence = SENTENCES.get(english, english) if language() == "fr" else english
    return sentence.format(**values) if values else sentence


def in_language(both: Any) -> str:
    """What the server says in both languages (or in one), on one line; empty for nothing."""
    if isinstance(both, Mapping):
        both = both.get(language()) or both.get("en") or both.get("fr") or ""
    return one_line(both or "")
