"""How Moodle reads a CSV of grades (grade/import/csv/classes/load_data.php), as far as our files depend on it.

Headers and cells are trimmed; a line of one cell is passed over; a line whose identifier is empty or unknown ends the
whole import, and so does a grade above the limit or that is no number; an empty grade, or "-", is none.
"""

import csv
import io
from collections.abc import Mapping

GRADE_LIMIT = 100.0


class ImportFailed(Exception):
    """Nothing of the file was imported."""


def load(
    content: bytes,
    users: Mapping[str, int],
    *,
    map_from: str,
    items: Mapping[str, str],
    separator: str = ",",
    point: str = ".",
) -> dict[int, dict[str, float | str | None]]:
    """User id → item → grade, or feedback for headings that are mapped to ``feedback:<item>``."""
    text = content.decode("utf-8").removeprefix("\ufeff")
    header, *lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    header = [cell.strip() for cell in header]
    identifier = header.index(map_from)
    found: dict[int, dict[str, float | str | None]] = {}
    for line in lines:
        if len(line) <= 1:
            continue
        cells = [cell.strip() for cell in line]
        user = users.get(cells[identifier])
        if not cells[identifier] or user is None:
            raise ImportFailed(f"user mapping error: {cells[identifier]!r}")
        for heading, cell in zip(header, cells, strict=True):
            if item := items.get(heading):
                found.setdefault(user, {})[item] = cell if item.startswith("feedback:") else _grade(cell, point)
    return found


def _grade(cell: str, point: str) -> float | None:
    if cell in ("", "-"):
        return None
    try:
        grade = float(cell.replace(point, "."))
    except ValueError:
        raise ImportFailed(f"bad grade: {cell!r}") from None
    if grade > GRADE_LIMIT:
        raise ImportFailed(f"grade value too big: {grade}")
    return grade
