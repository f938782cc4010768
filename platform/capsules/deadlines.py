"""Late or not: pure, to the microsecond. Instants are compared, whatever the clocks on the wall do that night."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

BEGUN: Final = "begun"
FINISHED: Final = "finished"


@dataclass(frozen=True)
class Deadline:
    """A pair's. ``due_at`` itself is late; None: whenever.

    ``counts_from`` says which end of an upload decides. One that counts from when it was begun must have arrived
    ``grace`` after the deadline: who begins in time has a slow line, not another evening.
    """

    due_at: datetime | None
    counts_from: str = FINISHED
    grace: timedelta = timedelta(0)

    def is_past(self, now: datetime) -> bool:
        return self.due_at is not None and now >= self.due_at

    def latest_arrival(self) -> datetime | None:
        """When an upload that was begun in time must be there; the deadline itself where that end decides."""
        if self.due_at is None or self.counts_from == FINISHED:
            return self.due_at
        return self.due_at + self.grace


@dataclass(frozen=True)
class Counted:
    """The instant that decides, and what it decided."""

    at: datetime
    is_late: bool


def effective(due_at: datetime | None, extended_to: datetime | None) -> datetime | None:
    """A pair's deadline: the later of the two. An extension gives nothing where nothing was due."""
    if due_at is None or extended_to is None:
        return due_at
    return max(due_at, extended_to)


def judge(deadline: Deadline, *, begun_at: datetime, finished_at: datetime) -> Counted:
    """Which instant of an upload counts, and whether it was late. All datetimes are aware.

    An upload that was begun in time and came after its grace counts from when it was finished.
    """
    latest = deadline.latest_arrival()
    in_grace = latest is None or finished_at < latest
    at = begun_at if deadline.counts_from == BEGUN and in_grace else finished_at
    return Counted(at, deadline.is_past(at))
