"""Rubric files: YAML in, a validated ``Rubric`` out, or ``CardError`` with file and line; and the way back."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path, PurePath
from typing import Any, Final

import yaml

from challenges.rubric import ROUNDINGS, STEPS, Cell, Heading, Rubric
from challenges.yaml_file import MAXIMUM_BYTES, CardError, Entry, parse_yaml, read_text

DEFAULT: Final = Path(__file__).parent / "rubrics" / "capsule.yaml"
MOST_CELLS: Final = 60
MOST_HEADINGS: Final = 12
LARGEST_WEIGHT: Final = 100
LONGEST_TEXT: Final = 2000
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")
_WIDTH: Final = 110
_LONG: Final = 80


@cache
def default_rubric() -> Rubric:
    """The rubric that a course has until it writes its own."""
    return parse_rubric(read_text(DEFAULT), DEFAULT)


def parse_rubric(text: str, file: PurePath) -> Rubric:
    """The rubric of a text; ``file`` is what complaints name. Raises ``CardError`` ("rubric.yaml:12: …")."""
    if len(text.encode()) > MAXIMUM_BYTES:
        raise CardError(f"{file}:1: larger than {MAXIMUM_BYTES} bytes")
    fields = parse_yaml(text, file).fields(
        required=("title", "intro", "rounding", "themes", "cells"), optional=("analyses", "scopes")
    )
    axes = {axis: _headings(fields.get(axis)) for axis in ("themes", "analyses", "scopes")}
    if not axes["themes"]:
        raise fields["themes"].error("at least one theme is expected")
    return Rubric(
        title=_bilingual(fields["title"]),
        intro=_bilingual(fields["intro"]),
        rounding=_rounding(fields["rounding"]),
        cells=_cells(fields["cells"], {axis: {one.key for one in found} for axis, found in axes.items()}),
        **axes,
    )


def to_yaml(document: Mapping[str, Any]) -> str:
    """A rubric's document as the file that ``parse_rubric`` reads."""
    return yaml.dump(dict(document), Dumper=_Readable, allow_unicode=True, sort_keys=False, width=_WIDTH)


class _Readable(yaml.SafeDumper):
    """Long texts as folded blocks, the others without doubled apostrophes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True  # which are not read here

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = ">" if len(text) > _LONG else '"' if ": " in text else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Readable.add_representer(str, _Readable.represent_text)


def _headings(entry: Entry | None) -> tuple[Heading, ...]:
    found: dict[str, Heading] = {}
    for item in entry.items() if entry else ():
        fields = item.fields(required=("key", "title"))
        key = _key(fields["key"])
        if key in found:
            raise fields["key"].error(f"“{key}” is given twice")
        found[key] = Heading(key, _bilingual(fields["title"]))
    if entry and len(found) > MOST_HEADINGS:
        raise entry.error(f"at most {MOST_HEADINGS} are read")
    return tuple(found.values())


def _cells(entry: Entry, known: Mapping[str, set[str]]) -> tuple[Cell, ...]:
    found: dict[str, Cell] = {}
    for item in entry.items():
        cell = _cell(item, known)
        if cell.key in found:
            raise item.error(f"the cell “{cell.key}” is given twice")
        found[cell.key] = cell
    if not found or len(found) > MOST_CELLS:
        raise entry.error(f"from 1 to {MOST_CELLS} cells are expected")
    if not any(cell.weight for cell in found.values()):
        raise entry.error("every weight is 0: no mark could follow")
    return tuple(found.values())


def _cell(entry: Entry, known: Mapping[str, set[str]]) -> Cell:
    fields = entry.fields(required=("theme", "weight", "expects", "descriptors"), optional=("analysis", "scope"))
    descriptors = tuple(_bilingual(item) for item in fields["descriptors"].items())
    if len(descriptors) != STEPS:
        raise fields["descriptors"].error(f"{STEPS} descriptors are expected, from 0 to {STEPS - 1}")
    return Cell(
        theme=_place(fields, "theme", known["themes"]),
        analysis=_place(fields, "analysis", known["analyses"]),
        scope=_place(fields, "scope", known["scopes"]),
        weight=Decimal(str(fields["weight"].number(least=0, most=LARGEST_WEIGHT))).normalize() + 0,
        expects=_bilingual(fields["expects"]),
        descriptors=descriptors,
    )


def _place(fields: Mapping[str, Entry], axis: str, known: set[str]) -> str:
    if axis not in fields:
        return ""
    key = fields[axis].text()
    if key not in known:
        raise fields[axis].error(f"“{key}” is not a known {axis} (known: {', '.join(sorted(known))})")
    return key


def _key(entry: Entry) -> str:
    key = entry.text()
    if not _KEY.fullmatch(key):
        raise entry.error(f"“{key}” is not a key (small letters, digits, _, 30 at most)")
    return key


def _rounding(entry: Entry) -> Decimal:
    value = Decimal(str(entry.number(least=0, most=1)))
    for allowed in map(Decimal, ROUNDINGS):
        if value == allowed:
            return allowed
    raise entry.error(f"the mark is rounded to one of {', '.join(ROUNDINGS)}")


def _bilingual(entry: Entry) -> dict[str, str]:
    text = entry.bilingual()
    if max(map(len, text.values())) > LONGEST_TEXT:
        raise entry.error(f"at most {LONGEST_TEXT} characters are read")
    return text
