"""What other rules would do to a class, before anybody saves them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gradebook.computing import rounded
from gradebook.rows import Row


@dataclass(frozen=True)
class Change:
    """One person's final mark before and after, with drafts; None where there is none."""

    row: Row
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class Preview:
    """``changes`` holds those whose mark would move, the largest move first; who gains or loses one, before them."""

    changes: tuple[Change, ...]
    people: int
    mean_before: Decimal | None
    mean_after: Decimal | None

    @property
    def rising(self) -> int:
        return sum(change.difference is not None and change.difference > 0 for change in self.changes)

    @property
    def falling(self) -> int:
        return sum(change.difference is not None and change.difference < 0 for change in self.changes)

    @property
    def losing(self) -> int:
        return sum(change.after is None for change in self.changes)


def compare(before: Sequence[Row], after: Sequence[Row]) -> Preview:
    """The same people under two rules."""
    finals = {row.person.pk: row.seen.final for row in after}
    changes = [Change(row, row.seen.final, finals.get(row.person.pk)) for row in before]
    moving = [change for change in changes if change.before != change.after]
    return Preview(
        changes=tuple(sorted(moving, key=lambda change: -_size(change))),
        people=len(changes),
        mean_before=mean([change.before for change in changes]),
        mean_after=mean([change.after for change in changes]),
    )


def _size(change: Change) -> Decimal:
    return Decimal("Infinity") if change.difference is None else abs(change.difference)


def mean(marks: Sequence[Decimal | None]) -> Decimal | None:
    """Of those that there are; None without any."""
    there = [mark for mark in marks if mark is not None]
    return rounded(sum(there, Decimal(0)) / len(there)) if there else None
