"""The rubric of a capsule: what is looked at, in how many steps, with which weight. Frozen data, and back to JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from challenges.spec import Bilingual

#: Steps of a cell, 0 to 4; each has its descriptor.
STEPS: Final = 5
BEST: Final = STEPS - 1
AXES: Final = ("themes", "analyses", "scopes")
#: What the mark on 20 may be rounded to.
ROUNDINGS: Final = ("0.01", "0.1", "0.25", "0.5", "1")


@dataclass(frozen=True, slots=True)
class Heading:
    """One value of an axis: ``key`` names it in cells, ``title`` on pages."""

    key: str
    title: Bilingual


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that is judged. ``analysis`` and ``scope`` are empty for a cell that stands outside the grid.

    ``descriptors`` say what each step looks like, from 0 to 4. A weight of 0 is noted and does not count.
    """

    theme: str
    analysis: str
    scope: str
    weight: Decimal
    expects: Bilingual
    descriptors: tuple[Bilingual, ...]

    @property
    def key(self) -> str:
        """ "dataset.quantitative.macro": what a filled cell is known by, from one version to the next."""
        return cell_key(self.theme, self.analysis, self.scope)


@dataclass(frozen=True, slots=True)
class Rubric:
    """Cells in the order in which they are read, and the axes they lie on. ``rounding`` is the step of the mark."""

    title: Bilingual
    intro: Bilingual
    rounding: Decimal
    themes: tuple[Heading, ...]
    analyses: tuple[Heading, ...]
    scopes: tuple[Heading, ...]
    cells: tuple[Cell, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(cell.key for cell in self.cells)

    def heading(self, axis: str, key: str) -> Bilingual:
        """The title of a value of an axis; an empty text where the cell has none."""
        headings: tuple[Heading, ...] = getattr(self, axis)
        return next((heading.title for heading in headings if heading.key == key), {"fr": "", "en": ""})

    def title_of(self, cell: Cell) -> Bilingual:
        """ "Dataset · quantitative · everybody", in both languages."""
        parts = (
            self.heading("themes", cell.theme),
            self.heading("analyses", cell.analysis),
            self.heading("scopes", cell.scope),
        )
        return {language: " · ".join(part[language] for part in parts if part[language]) for language in ("fr", "en")}


def cell_key(theme: str, analysis: str = "", scope: str = "") -> str:
    return ".".join(part for part in (theme, analysis, scope) if part)


def to_document(rubric: Rubric) -> dict[str, Any]:
    """Plain JSON in the shape of the YAML file: what is stored, and what a download says."""
    return {
        "title": dict(rubric.title),
        "intro": dict(rubric.intro),
        "rounding": _plain(rubric.rounding),
        **{
            axis: [{"key": heading.key, "title": dict(heading.title)} for heading in getattr(rubric, axis)]
            for axis in AXES
        },
        "cells": [_cell_document(cell) for cell in rubric.cells],
    }


def from_document(document: Mapping[str, Any]) -> Rubric:
    """The rubric of a document that was validated when it was published."""
    return Rubric(
        title=document["title"],
        intro=document["intro"],
        rounding=Decimal(str(document["rounding"])),
        **{
            axis: tuple(Heading(heading["key"], heading["title"]) for heading in document[axis])
            for axis in AXES
        },
        cells=tuple(
            Cell(
                theme=cell["theme"],
                analysis=cell.get("analysis", ""),
                scope=cell.get("scope", ""),
                weight=Decimal(str(cell["weight"])),
                expects=cell["expects"],
                descriptors=tuple(cell["descriptors"]),
            )
            for cell in document["cells"]
        ),
    )  # fmt: skip


def _cell_document(cell: Cell) -> dict[str, Any]:
    place = {"theme": cell.theme, "analysis": cell.analysis, "scope": cell.scope}
    return {
        **{axis: key for axis, key in place.items() if key},
        "weight": _plain(cell.weight),
        "expects": dict(cell.expects),
        "descriptors": [dict(descriptor) for descriptor in cell.descriptors],
    }


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
