"""The grid as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.utils import timezone

from challenges.spec import Card
from room.grid import Cell, Row

SEPARATORS: Final = {"semicolon": ";", "comma": ","}
COLUMNS: Final = (
    "group", "pair", "card", "quest", "title", "state", "points", "points_possible", "attempts", "wrong", "hints",
    "seconds_spent", "first_mistake", "solved_by", "solved_at",
)  # fmt: skip
#: A cell that begins so is a formula to a spreadsheet: it could run, or send what stands beside it away.
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(rows: Iterable[Row], cards: tuple[Card, ...], *, separator: str, language: str) -> str:
    """One line per pair and quest. It begins with a byte order mark: without, spreadsheets misread accents."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    names = [card.slug for card in cards for _ in card.quests]
    for row in rows:
        for card, cell in zip(names, row.cells, strict=True):
            writer.writerow([harmless(value) for value in _values(row, card, cell, language)])
    return "\ufeff" + text.getvalue()


def _values(row: Row, card: str, cell: Cell, language: str) -> Iterator[Any]:
    state = cell.state
    yield from (row.pair.group.name, row.pair.name, card, state.quest.slug, state.quest.title[language], cell.mark)
    yield from (state.points, state.points_possible, state.attempts, cell.tries.wrong, len(state.hints_taken))
    yield from ("" if cell.seconds is None else cell.seconds, cell.tries.first_mistake)
    yield state.solved_by.username if state.solved_by else ""
    yield timezone.localtime(state.solved_at).isoformat(timespec="seconds") if state.solved_at else ""


def harmless(value: Any) -> Any:
    """A text that a spreadsheet shows and never runs; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value
