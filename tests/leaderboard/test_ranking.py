"""Ranks are a pure function of what was handed in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leaderboard.ranking import PUBLIC_METRICS, Entry, published, rank

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def entry(pair: str, score: Any, minute: int = 0, **metrics: Any) -> Entry:
    return Entry(pair=pair, score=score, submitted_at=NOON + timedelta(minutes=minute), metrics=metrics)


def places(*entries: Entry) -> list[tuple[int, str]]:
    return [(row["rank"], row["pair"]) for row in rank(entries)]


def test_a_board_that_nobody_entered_is_empty() -> None:
    assert rank([]) == []


def test_the_best_submission_of_each_pair_counts() -> None:
    (row,) = rank([entry("1", 0.2, 1), entry("1", 0.7, 2), entry("1", 0.5, 3)])
    assert (row["score"], row["submissions"]) == (0.7, 3)
    assert row["submitted_at"] == (NOON + timedelta(minutes=2)).isoformat()


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([entry("1", 0.2), entry("2", 0.9), entry("3", 0.5)], [(1, "2"), (2, "3"), (3, "1")]),
        # equal scores share a rank, the next one is skipped, and the earlier stands first
        (
            [entry("1", 0.9), entry("2", 0.5, 8), entry("3", 0.5, 3), entry("4", 0.1)],
            [(1, "1"), (2, "3"), (2, "2"), (4, "4")],
        ),
        ([entry("1", 0.5), entry("2", 0.5), entry("3", 0.5)], [(1, "1"), (1, "2"), (1, "3")]),
        # a score of nothing is a score
        ([entry("1", 0.0), entry("2", 0.3)], [(1, "2"), (2, "1")]),
        ([entry("1", 0), entry("2", 1)], [(1, "2"), (2, "1")]),
    ],
)
def test_pairs_are_ranked_by_score_and_then_by_time(entries: list[Entry], expected: list[tuple[int, str]]) -> None:
    assert places(*entries) == expected
    assert places(*reversed(entries)) == expected  # whatever the order they are found in


@pytest.mark.parametrize("score", [None, float("nan"), float("inf"), -0.1, 1.1, "0.9", True])
def test_what_is_no_score_is_never_ranked(score: Any) -> None:
    assert places(entry("cheat", score), entry("1", 0.1)) == [(1, "1")]


def test_a_submission_without_a_score_is_counted_beside_the_one_that_has_one() -> None:
    (row,) = rank([entry("1", None, 1), entry("1", 0.4, 2), entry("1", float("nan"), 3)])
    assert (row["score"], row["submissions"]) == (0.4, 3)


def test_the_earlier_of_a_pairs_equal_submissions_is_the_one_shown() -> None:
    (row,) = rank([entry("1", 0.4, 9), entry("1", 0.4, 2)])
    assert row["submitted_at"] == (NOON + timedelta(minutes=2)).isoformat()


def test_a_row_carries_public_metrics_and_nothing_else() -> None:
    (row,) = rank(
        [entry("1", 0.4, map50=0.6, precision=0.5, parameters=7, architecture="n", data="/var/labels", curves=[1])]
    )
    assert row["metrics"] == dict.fromkeys(PUBLIC_METRICS) | {
        "map50": 0.6, "precision": 0.5, "architecture": "n", "parameters": 7,
    }  # fmt: skip
    assert set(published(row)) == {
        "rank", "tied", "pair", "group", "score", "interval", "metrics", "configuration", "matches_lot",
        "submitted_at", "submissions",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ([0.3, 0.5], [0.3, 0.5]),
        ((0, 1), [0.0, 1.0]),
        (None, None),
        ([0.5], None),
        ([0.5, 0.3], None),
        ([0.3, float("nan")], None),
        (["0.3", "0.5"], None),
    ],
)
def test_an_interval_is_shown_when_it_is_one(given: Any, shown: Any) -> None:
    (row,) = rank([entry("1", 0.4, interval=given)])
    assert row["interval"] == shown


# --- what shares a rank ----------------------------------------------------------------------------------------------


def noisy(pair: str, score: float, noise: list[float]) -> Entry:
    """A score whose draws lie around it: draw k of every pair is the same resample."""
    return Entry(pair=pair, score=score, submitted_at=NOON, draws=[score + each for each in noise])


QUIET = [0.0] * 40
WAVE = [0.05 * (-1) ** k for k in range(40)]
OTHER_WAVE = [0.05 * (-1) ** (k // 2) for k in range(40)]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        # the same pictures are hard for both: the difference is certain though each score is not
        ([noisy("1", 0.50, WAVE), noisy("2", 0.49, WAVE)], [(1, "1"), (2, "2")]),
        # each is good on other pictures: the difference may be nothing
        ([noisy("1", 0.50, WAVE), noisy("2", 0.49, OTHER_WAVE)], [(1, "1"), (1, "2")]),
        # the third is like the second and unlike the first: it opens a rank of its own
        (
            [noisy("1", 0.50, QUIET), noisy("2", 0.47, WAVE), noisy("3", 0.44, QUIET), noisy("4", 0.2, QUIET)],
            [(1, "1"), (1, "2"), (3, "3"), (4, "4")],
        ),
        # draws on one side only, or of another number, are no pair: equal scores share, others do not
        ([noisy("1", 0.5, WAVE), entry("2", 0.49)], [(1, "1"), (2, "2")]),
        ([noisy("1", 0.5, WAVE), noisy("2", 0.49, OTHER_WAVE[:10])], [(1, "1"), (2, "2")]),
        ([noisy("1", 0.5, QUIET), entry("2", 0.5)], [(1, "1"), (1, "2")]),
        # a draw that is no number tells nothing apart
        ([noisy("1", 0.5, QUIET), noisy("2", 0.49, [float("nan")] * 40)], [(1, "1"), (2, "2")]),
        ([noisy("1", 0.5, WAVE)], [(1, "1")]),
    ],
)
def test_pairs_that_cannot_be_told_apart_share_a_rank(entries: list[Entry], expected: list[tuple[int, str]]) -> None:
    assert places(*entries) == expected
    assert places(*reversed(entries)) == expected
    sharing = [rank for rank, _ in expected]
    assert [row["tied"] for row in rank(entries)] == [sharing.count(place) > 1 for place in sharing]


def test_what_the_pair_chose_counts_though_another_was_better() -> None:
    chosen = Entry(pair="1", score=0.4, submitted_at=NOON, is_chosen=True, submission=7)
    (row,) = rank([entry("1", 0.9), chosen, entry("1", None)])
    assert (row["score"], row["submission"], row["submissions"]) == (0.4, 7, 3)


def test_a_choice_that_has_no_score_is_no_choice() -> None:
    (row,) = rank([entry("1", 0.3), Entry(pair="1", score=None, submitted_at=NOON, is_chosen=True)])
    assert row["score"] == 0.3
