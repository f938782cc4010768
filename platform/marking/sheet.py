"""A rubric as pages lay it out: themes below each other, analyses and scopes side by side, cells with what they hold.

Pure. The same sheet serves students beforehand, markers at work, and pairs afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from challenges.rubric import Cell, Rubric
from challenges.spec import Bilingual


@dataclass(frozen=True, slots=True)
class Filled:
    """A cell and what somebody gave it; ``number`` counts from 1, in reading order, row by row."""

    number: int
    cell: Cell
    title: Bilingual
    level: int | float | None
    note: str

    @property
    def key(self) -> str:
        return self.cell.key

    @property
    def steps(self) -> list[tuple[int, Bilingual]]:
        return list(enumerate(self.cell.descriptors))

    @property
    def given(self) -> list[tuple[int, Bilingual]]:
        """The step that was given; both of its neighbours where two markers' mean lies between."""
        return [] if self.level is None else [one for one in self.steps if abs(one[0] - self.level) < 1]

    @property
    def share(self) -> float:
        """Of the level, 0…1: how long its bar is."""
        return 0 if self.level is None else self.level / 4


@dataclass(frozen=True, slots=True)
class Row:
    """One theme: a cell, or None, for each column."""

    title: Bilingual
    places: tuple[Filled | None, ...]

    @property
    def cells(self) -> list[Filled]:
        return [place for place in self.places if place is not None]


@dataclass(frozen=True, slots=True)
class Heading:
    """A title over ``span`` columns. ``short`` is what precedes a colon."""

    title: Bilingual
    span: int = 1

    @property
    def short(self) -> Bilingual:
        return {language: text.split(":")[0].strip() for language, text in self.title.items()}


@dataclass(frozen=True, slots=True)
class Sheet:
    """``groups`` stand over ``columns``: the analyses over their scopes."""

    groups: tuple[Heading, ...]
    columns: tuple[Heading, ...]
    rows: tuple[Row, ...]

    @property
    def cells(self) -> list[Filled]:
        return [cell for row in self.rows for cell in row.cells]


def lay_out(rubric: Rubric, filled: Mapping[str, Mapping[str, Any]] | None = None) -> Sheet:
    """Every cell of the rubric; those that ``filled`` does not have are empty."""
    filled = filled or {}
    places = _columns(rubric)
    by_place = {(cell.theme, cell.analysis, cell.scope): cell for cell in rubric.cells}
    rows, number = [], 0
    for theme in rubric.themes:
        row: list[Filled | None] = []
        for analysis, scope in places:
            cell = by_place.get((theme.key, analysis, scope))
            number += cell is not None
            row.append(_fill(rubric, cell, number, filled.get(cell.key, {})) if cell else None)
        if any(row):
            rows.append(Row(theme.title, tuple(row)))
    return Sheet(_groups(rubric, places), tuple(_heading(rubric, "scopes", scope) for _, scope in places), tuple(rows))


def _columns(rubric: Rubric) -> list[tuple[str, str]]:
    """(analysis, scope) of every column that has a cell, in the order of the axes; outside the grid comes last."""
    used = {(cell.analysis, cell.scope) for cell in rubric.cells}
    analyses = [heading.key for heading in rubric.analyses] + [""]
    scopes = [heading.key for heading in rubric.scopes] + [""]
    return [(analysis, scope) for analysis in analyses for scope in scopes if (analysis, scope) in used]


def _groups(rubric: Rubric, places: list[tuple[str, str]]) -> tuple[Heading, ...]:
    found = ((analysis, len(list(group))) for analysis, group in groupby(places, key=lambda place: place[0]))
    return tuple(Heading(rubric.heading("analyses", analysis), span) for analysis, span in found)


def _heading(rubric: Rubric, axis: str, key: str) -> Heading:
    return Heading(rubric.heading(axis, key))


def _fill(rubric: Rubric, cell: Cell, number: int, said: Mapping[str, Any]) -> Filled:
    return Filled(number, cell, rubric.title_of(cell), said.get("level"), str(said.get("note", "")))
