"""One change to a rubric's document, typed on the page. Pure: a document in, a document out; nothing is refused here.

A draft is kept as typed, however unfinished; what is wrong with it is said when it is published.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from accounts.words import storable
from challenges.rubric import AXES, ROUNDINGS, STEPS

LANGUAGES: Final = ("fr", "en")
LONGEST_TEXT: Final = 2000
_NOT_A_KEY: Final = re.compile(r"[^a-z0-9_]+")

Document = dict[str, Any]
Typed = Mapping[str, str]


def with_head(document: Document, typed: Typed) -> Document:
    """Title, introduction, rounding, and the titles of the axes: ``title:fr``, ``rounding``, ``themes:KEY:fr`` …"""
    changed = deepcopy(document)
    for name in ("title", "intro"):
        changed[name] = _bilingual(typed, name, changed.get(name))
    if typed.get("rounding") in ROUNDINGS:
        changed["rounding"] = _number(typed["rounding"])
    for axis in AXES:
        for heading in changed.get(axis, []):
            heading["title"] = _bilingual(typed, f"{axis}:{heading['key']}", heading.get("title"))
    return changed


def with_heading(document: Document, axis: str, typed: Typed) -> Document:
    """One more value of an axis; its key is made from its English title."""
    changed = deepcopy(document)
    if axis not in AXES:
        return changed
    title = _bilingual(typed, "new", None)
    taken = {heading["key"] for heading in changed.get(axis, [])}
    changed.setdefault(axis, []).append({"key": _free_key(title["en"] or title["fr"], taken), "title": title})
    return changed


def without_heading(document: Document, axis: str, key: str) -> Document:
    """The axis without this value, and without the cells that lie on it."""
    changed = deepcopy(document)
    if axis not in AXES:
        return changed
    changed[axis] = [heading for heading in changed.get(axis, []) if heading["key"] != key]
    place = {"themes": "theme", "analyses": "analysis", "scopes": "scope"}[axis]
    changed["cells"] = [cell for cell in changed["cells"] if cell.get(place, "") != key]
    return changed


def with_cell(document: Document, index: int, typed: Typed) -> Document:
    """One cell as typed: ``weight``, ``expects:fr`` …, ``0:fr`` … ``4:en``."""
    changed = deepcopy(document)
    if not 0 <= index < len(changed["cells"]):
        return changed
    cell = changed["cells"][index]
    if (weight := _number(typed.get("weight", ""))) is not None:
        cell["weight"] = weight
    cell["expects"] = _bilingual(typed, "expects", cell.get("expects"))
    before = [*cell.get("descriptors", []), *[None] * STEPS]
    cell["descriptors"] = [_bilingual(typed, str(step), before[step]) for step in range(STEPS)]
    return changed


def is_weight(said: str) -> bool:
    """Whether a weight can be read; one that cannot leaves the cell's as it is."""
    return _number(said) is not None


def with_new_cell(document: Document, typed: Typed) -> Document:
    """An empty cell at a place: ``theme``, and ``analysis`` and ``scope`` where it lies in the grid."""
    changed = deepcopy(document)
    cell: Document = {axis: typed[axis] for axis in ("theme", "analysis", "scope") if typed.get(axis)}
    empty = dict.fromkeys(LANGUAGES, "")
    cell |= {"weight": 1, "expects": dict(empty), "descriptors": [dict(empty) for _ in range(STEPS)]}
    changed["cells"].append(cell)
    return changed


def without_cell(document: Document, index: int) -> Document:
    changed = deepcopy(document)
    if 0 <= index < len(changed["cells"]):
        del changed["cells"][index]
    return changed


def _bilingual(typed: Typed, name: str, before: Any) -> dict[str, str]:
    before = before if isinstance(before, dict) else {}
    return {language: _text(typed.get(f"{name}:{language}", str(before.get(language, "")))) for language in LANGUAGES}


def _text(said: str) -> str:
    return storable(said.replace("\r\n", "\n"))[:LONGEST_TEXT]


def _number(said: str) -> int | float | None:
    try:
        number = float(said.replace(",", "."))
    except ValueError:
        return None
    if not 0 <= number <= 100:
        return None
    return int(number) if number.is_integer() else number


def _free_key(title: str, taken: set[str]) -> str:
    base = _NOT_A_KEY.sub("_", title.lower()).strip("_")[:24] or "part"
    base = base if base[0].isalpha() else f"part_{base}"[:24]
    found, number = base, 2
    while found in taken:
        found, number = f"{base}_{number}", number + 1
    return found
