"""20:00:00 is late: the rule, to the microsecond and through the nights on which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from capsules.deadlines import BEGUN, FINISHED, Counted, Deadline, effective, judge

PARIS = ZoneInfo("Europe/Paris")
DUE = datetime(2026, 12, 4, 20, 0, 0, tzinfo=PARIS)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
EARLY = DUE - 2 * HOUR


@pytest.mark.parametrize(
    ("counts_from", "begun", "finished", "decides", "is_late"),
    [
        (FINISHED, EARLY, DUE - HOUR, "finished", False),
        (FINISHED, EARLY, DUE - TICK, "finished", False),
        (FINISHED, EARLY, DUE, "finished", True),
        (FINISHED, EARLY, DUE + TICK, "finished", True),
        (BEGUN, DUE - TICK, DUE, "begun", False),
        (BEGUN, DUE - TICK, DUE + HOUR - TICK, "begun", False),
        (BEGUN, DUE - TICK, DUE + HOUR, "finished", True),  # the grace is over: it came too slowly to be a slow line
        (BEGUN, DUE, DUE + TICK, "begun", True),
        (BEGUN, EARLY, EARLY + HOUR, "begun", False),
        (BEGUN, DUE + 5 * HOUR, DUE + 6 * HOUR, "finished", True),
    ],
)
def test_an_upload_counts_from_the_end_that_the_rule_names(
    counts_from: str, begun: datetime, finished: datetime, decides: str, is_late: bool
) -> None:
    deadline = Deadline(DUE, counts_from, grace=HOUR)
    at = begun if decides == "begun" else finished
    assert judge(deadline, begun_at=begun, finished_at=finished) == Counted(at, is_late)


def test_without_a_deadline_nothing_is_late() -> None:
    far = datetime(2999, 1, 1, tzinfo=UTC)
    for counts_from in (BEGUN, FINISHED):
        assert not judge(Deadline(None, counts_from), begun_at=far, finished_at=far).is_late
    assert Deadline(None).latest_arrival() is None


@pytest.mark.parametrize(
    ("due_at", "in_utc"),
    [
        (datetime(2026, 10, 25, 2, 30, tzinfo=PARIS), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the first 2:30
        (datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=1), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        (datetime(2027, 3, 28, 3, 0, tzinfo=PARIS), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 20, 0, tzinfo=PARIS), datetime(2026, 7, 1, 18, 0, tzinfo=UTC)),
        (datetime(2026, 12, 1, 20, 0, tzinfo=PARIS), datetime(2026, 12, 1, 19, 0, tzinfo=UTC)),
    ],
)
def test_a_deadline_is_an_instant_whatever_the_clocks_do_that_night(due_at: datetime, in_utc: datetime) -> None:
    deadline = Deadline(due_at.astimezone(UTC))
    assert not judge(deadline, begun_at=in_utc - TICK, finished_at=in_utc - TICK).is_late
    assert judge(deadline, begun_at=in_utc, finished_at=in_utc).is_late


@pytest.mark.parametrize(
    ("due_at", "extended_to", "expected"),
    [
        (DUE, None, DUE),
        (DUE, DUE + HOUR, DUE + HOUR),
        (DUE, DUE - HOUR, DUE),  # the course's was moved later since
        (None, DUE, None),
        (None, None, None),
    ],
)
def test_an_extension_counts_where_it_is_later(
    due_at: datetime | None, extended_to: datetime | None, expected: datetime | None
) -> None:
    assert effective(due_at, extended_to) == expected
