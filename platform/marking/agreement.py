"""Two markers on one capsule: what each gave, cell by cell, how far apart, and what is agreed at once. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from challenges.rubric import Cell, Rubric

Cells = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One cell as two people filled it. ``gap`` is first − second, None where one of them left it empty."""

    cell: Cell
    first: int | None
    second: int | None
    first_note: str
    second_note: str

    @property
    def gap(self) -> int | None:
        return None if self.first is None or self.second is None else self.first - self.second

    @property
    def mean(self) -> float | int | None:
        return chosen_level({"first": self.first, "second": self.second}, "mean")

    def differs(self, least: int) -> bool:
        """Whether to look at it: they are that far apart, or only one of them has decided."""
        if self.gap is None:
            return self.first is not self.second
        return abs(self.gap) >= least


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over the cells that both filled; None where there is none. Levels, not marks; ``exact`` and ``close`` are ratios.

    ``mean_difference`` is signed: above 0, the first marker is the more generous. ``close`` is within one level.
    """

    cells: int
    mean_difference: float | None
    mean_distance: float | None
    exact: float | None
    close: float | None


def compare(rubric: Rubric, first: Cells, second: Cells) -> list[Compared]:
    """Cell by cell, in the rubric's order."""
    return [
        Compared(
            cell,
            first.get(cell.key, {}).get("level"),
            second.get(cell.key, {}).get("level"),
            first.get(cell.key, {}).get("note", ""),
            second.get(cell.key, {}).get("note", ""),
        )
        for cell in rubric.cells
    ]


def agreement(compared: Iterable[Compared]) -> Agreement:
    gaps = [one.gap for one in compared if one.gap is not None]
    if not gaps:
        return Agreement(0, None, None, None, None)
    count = len(gaps)
    return Agreement(
        cells=count,
        mean_difference=sum(gaps) / count,
        mean_distance=sum(map(abs, gaps)) / count,
        exact=sum(gap == 0 for gap in gaps) / count,
        close=sum(abs(gap) <= 1 for gap in gaps) / count,
    )


def agree(compared: Iterable[Compared], before: Cells) -> dict[str, dict[str, Any]]:
    """The cells of the mark: settled where both gave the same level, or where somebody settled these two levels before.

    A cell that is not settled has no level; it keeps both notes, for the pair reads them.
    """
    return {one.cell.key: _settled(one, before.get(one.cell.key, {})) for one in compared}


def _settled(one: Compared, before: Mapping[str, Any]) -> dict[str, Any]:
    given = {"first": one.first, "second": one.second}
    if one.first == one.second:
        return {"level": one.first, "note": both_notes(one), "source": "both", "reason": "", **given}
    if before.get("source") in ("first", "second", "mean", "typed") and given.items() <= before.items():
        return dict(before)
    return {"level": None, "note": both_notes(one), "source": "", "reason": "", **given}


def both_notes(one: Compared) -> str:
    return "\n".join(dict.fromkeys(note for note in (one.first_note.strip(), one.second_note.strip()) if note))


def chosen_level(one: Mapping[str, Any], source: str) -> float | int | None:
    """The level that ``first``, ``second`` or ``mean`` stands for; a mean of two levels may end in a half."""
    first, second = one.get("first"), one.get("second")
    if source == "mean":
        if first is None or second is None:
            return None
        total = int(first) + int(second)
        return total // 2 if total % 2 == 0 else total / 2
    level = one.get(source)
    return level if isinstance(level, int | float) else None
