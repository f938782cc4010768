"""What other apps add to the instructors' list of capsules: capsules lie below whoever marks them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from courses.models import Course


def _none(_course: Course) -> Sequence[tuple[str, str]]:
    return ()


@dataclass(frozen=True)
class Column:
    """One column. ``cells`` answers for a whole course at once: pair → what ``template`` is given as ``cell``.

    Where ``choices`` offers values, the list can be filtered by this column: a pair is kept when its cell's ``value``
    (an attribute or key ``value``, or a sequence of them under ``values``) is the chosen one.
    """

    slug: str
    title: Any  # a lazy translation
    template: str
    cells: Callable[[Course, User], Mapping[int, Any]]
    choices: Callable[[Course], Sequence[tuple[str, str]]] = _none

    def has(self, cell: Any, value: str) -> bool:
        """Whether a cell is one that the filter ``value`` keeps."""
        found = cell.get("values", ()) if isinstance(cell, Mapping) else getattr(cell, "values", ())
        return value in found


_columns: list[Column] = []


def register(column: Column) -> None:
    """From the ``ready()`` of the app that fills it."""
    if column.slug not in {one.slug for one in _columns}:
        _columns.append(column)


def columns() -> Sequence[Column]:
    return tuple(_columns)
