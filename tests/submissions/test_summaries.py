"""What is kept of a report for the board is small, whatever the report; what is told of it says no exact count."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from leaderboard.ranking import Entry, rank
from submissions.summaries import CLASSES_OF_A_ROW, SUMMARY, for_pairs, report_of, summary_of
from tests.outcomes import an_outcome


def summary(classes: int = 4, **more: Any) -> dict[str, Any]:
    outcome = an_outcome(0.4, classes=[f"class {number}" for number in range(classes)])
    assert outcome.metrics is not None
    assert outcome.checkpoint is not None
    return summary_of(report_of(outcome.metrics, outcome.metrics, outcome.checkpoint) | more, metric="map50_95")


def test_a_summary_has_what_a_row_says() -> None:
    said = summary()
    assert set(said) == set(SUMMARY)
    assert (said["map50_95"], said["gflops"], said["ms_per_image"], said["image_size"]) == (0.4, 4.1, 12.5, 416)
    assert said["interval"][0] < 0.4 < said["interval"][1]
    assert said["per_class"]["class 0"] == 0.4


@pytest.mark.parametrize(("classes", "there"), [(1, True), (CLASSES_OF_A_ROW, True), (CLASSES_OF_A_ROW + 1, False)])
def test_a_row_names_the_classes_where_they_are_few(classes: int, there: bool) -> None:
    assert (summary(classes)["per_class"] is not None) == there


def test_what_an_older_report_does_not_say_is_none() -> None:
    said = summary_of({"map50": 0.5, "interval": [0.4, 0.6]}, metric="map50_95")
    assert (said["map50"], said["f1"], said["gflops"], said["per_class"], said["interval"]) == (
        0.5, None, None, None, [0.4, 0.6],
    )  # fmt: skip


def test_a_convention_without_precision_has_none() -> None:
    assert summary(precision=None, recall=None, f1=None)["precision"] is None


def test_the_board_of_three_hundred_pairs_stays_bounded() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    lot = {"size": "n", "image_size": 640, "frozen_backbone": True, "batch_size": 16}
    entries = [
        Entry(pair=f"pair {n}", score=n / 300, submitted_at=noon, metrics=summary(CLASSES_OF_A_ROW), configuration=lot)
        for n in range(300)
    ]
    assert len(json.dumps(rank(entries))) < 400_000


def test_rounding_leaves_the_kept_report_alone_and_can_be_done_twice() -> None:
    outcome = an_outcome(0.4)
    assert outcome.metrics is not None
    told = for_pairs(outcome.metrics)
    assert for_pairs(told) == told
    assert outcome.metrics["errors"]["missed"] == 7
    assert told["map50"] == outcome.metrics["map50"]
