"""What the ranks would be: under new results before they are published, and for some of the pairs alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leaderboard.ranking import Entry, rank, represent
from leaderboard.standing import light_entries, represented
from submissions.models import Reevaluation, Task
from submissions.paired import Scored, ladder


@dataclass(frozen=True, slots=True)
class Move:
    """One pair before and after; None where it is not on the board. ``places`` won, negative where lost."""

    pair: str
    rank_before: int | None
    rank_after: int | None
    score_before: float | None
    score_after: float | None

    @property
    def places(self) -> int | None:
        if self.rank_before is None or self.rank_after is None:
            return None
        return self.rank_before - self.rank_after


def rank_changes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Move]:
    """Old rows and new rows, pair by pair, in the new order; those that leave the board last. Pure."""
    old = {row["pair"]: row for row in before}
    new = {row["pair"]: row for row in after}
    order = [*new, *(pair for pair in old if pair not in new)]
    return [
        Move(
            pair=pair,
            rank_before=old[pair]["rank"] if pair in old else None,
            rank_after=new[pair]["rank"] if pair in new else None,
            score_before=old[pair]["score"] if pair in old else None,
            score_after=new[pair]["score"] if pair in new else None,
        )
        for pair in order
    ]


def preview(campaign: Reevaluation) -> list[Move]:
    """What publishing the campaign now would do to the board's ranks. For instructors."""
    task = campaign.task
    before = rank(represented(task))
    items = {
        item.submission_id: item
        for item in campaign.items.select_related("job").defer("job__outcome", "job__log", "job__payload")
    }
    after = []
    for entry in light_entries(task, with_unmoved=True):
        item = items.get(entry.submission)
        if item is None or item.job is None or item.job.status not in ("done", "refused"):
            after.append(entry)
            continue
        draws = tuple((item.draws or {}).get("public") or ())
        after.append(replace(entry, score=item.score, draws=draws))
    return rank_changes(before, rank(represent(_climbing(task, after))))


def _climbing(task: Task, entries: Iterable[Entry]) -> list[Entry]:
    """Under the Ladder, only what moved the shown score stands for a pair."""
    if not task.uses_ladder:
        return list(entries)
    by_pair: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda one: (one.submitted_at, one.submission)):
        by_pair[entry.pair].append(entry)
    return [
        entry if shown == entry.score else replace(entry, score=None)
        for own in by_pair.values()
        for entry, shown in zip(own, ladder(Scored(one.score, one.draws) for one in own), strict=True)
    ]
