"""Ranks are a pure function of what was handed in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leaderboard.ranking import Entry, rank

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def entry(pair: str, score: Any, minute: int = 0, **metrics: Any) -> Entry:
    return Entry(pair, score, NOON + timedelta(minutes=minute), metrics)


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
    ratios = {"map50": 0.6, "map50_95": None, "precision": 0.5, "recall": None}
    assert row["metrics"] == {**ratios, "architecture": "n", "parameters": 7}
    assert set(row) == {"rank", "pair", "score", "interval", "metrics", "submitted_at", "submissions"}


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
