"""What a student reads after each classic mistake, in both languages.

``mistakes.yaml`` holds one entry per code, with a ``title`` of a few words for instructors' tables. The order of its
entries is the order in which explanations are tried: the commonest mistake first (docs/decisions/0052). An advice
explains the idea; it never holds a number, so that it cannot give the truth away.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from challenges.kinds import KINDS
from challenges.spec import Bilingual
from challenges.yaml_file import LANGUAGES, Entry, read_yaml

FILE: Final = Path(__file__).with_name("mistakes.yaml")
TITLE: Final = "title"


@cache
def _advice() -> Mapping[str, Mapping[str, Bilingual]]:
    """code → kind (or "" for all the others, or ``title``) → text."""
    return {code: _by_kind(entry) for code, entry in read_yaml(FILE).named().items()}


def _by_kind(entry: Entry) -> Mapping[str, Bilingual]:
    fields = entry.fields(required=LANGUAGES, optional=(TITLE, *KINDS))
    texts: dict[str, Bilingual] = {"": {language: fields[language].text() for language in LANGUAGES}}
    if TITLE in fields:
        texts[TITLE] = fields[TITLE].bilingual()
    for kind in KINDS:
        if kind in fields:
            texts[kind] = fields[kind].bilingual()
    return texts


@cache
def mistakes() -> tuple[str, ...]:
    """Every code that a verdict may name, the commonest mistake first."""
    return tuple(code for code in _advice() if code not in ("correct", "unexplained"))


@cache
def rank(code: str) -> int:
    """The place of a code among the explanations: the least is tried first. Raises ``ValueError``."""
    return mistakes().index(code)


def advice_for(code: str, kind: str) -> Bilingual:
    """The advice for a mistake (or ``correct``, ``unexplained``) in a question of this kind."""
    texts = _advice()[code]
    return dict(texts.get(kind, texts[""]))


def title_of(code: str) -> Bilingual:
    """The mistake in a few words, for tables; the code itself for one that the catalogue does not know any more."""
    texts = _advice().get(code, {})
    return dict(texts.get(TITLE, dict.fromkeys(LANGUAGES, code)))
