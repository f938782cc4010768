"""The timeline of a film: counts by hand, and a bounded size whatever the film."""

import json

import pytest

from ml.timeline import MOST_BINS, MOST_CLASSES, Sighting, bin_seconds, timeline_of

NAMES = ("charlie", "mug", "key")


def test_counts_are_those_that_one_makes_by_hand() -> None:
    sightings = [
        Sighting(0.0, (0, 0), (0.9, 0.5)),
        Sighting(0.05, (0,), (0.7,)),
        Sighting(0.1),
        Sighting(0.25, (1, 0), (0.4, 0.3)),
    ]
    found = timeline_of(NAMES, sightings, seconds=0.3, colors=("#111111", "#222222", "#333333"))
    assert (found["frames"], found["seconds"], found["bin_seconds"], found["bins"]) == (4, 0.3, 0.1, 3)
    charlie, mug = found["classes"]  # the key was never seen
    assert charlie == {
        "name": "charlie", "color": "#111111", "detections": 4, "frames": 3, "most": 2,
        "first_seconds": 0.0, "last_seconds": 0.25, "confidence": 0.6, "bins": [1.5, 0.0, 1.0],
    }  # fmt: skip
    assert (mug["name"], mug["color"], mug["bins"]) == ("mug", "#222222", [0.0, 0.0, 1.0])
    assert found["per_frame"] == {"seconds": [0.0, 0.05, 0.1, 0.25], "counts": [[2, 1, 0, 1], [0, 0, 0, 1]]}


def test_a_bin_without_a_frame_says_nothing_rather_than_zero() -> None:
    sightings = [Sighting(at / 10, (0,)) for at in (0, 1, 2, 7, 8, 9)]  # the camera paused
    (row,) = timeline_of(NAMES, sightings, seconds=1.0)["classes"]
    assert row["bins"] == [1.0] * 2 + [1.0, None, None, None, None, 1.0, 1.0, 1.0] or None in row["bins"]
    assert len(row["bins"]) == timeline_of(NAMES, sightings, seconds=1.0)["bins"]


@pytest.mark.parametrize(
    ("seconds", "frames", "step"),
    [(10, 300, 0.1), (10, 20, 0.5), (30, 900, 0.2), (600, 18_000, 5.0), (0.04, 1, 0.1), (0, 0, 0.1)],
)
def test_bins_are_as_short_as_they_can_be_with_a_frame_in_each(seconds: float, frames: int, step: float) -> None:
    assert bin_seconds(seconds, frames) == step
    assert seconds / step <= MOST_BINS


def test_a_film_where_nothing_is_found_has_an_empty_timeline() -> None:
    found = timeline_of(NAMES, [Sighting(0.0), Sighting(0.04)], seconds=0.08)
    assert (found["classes"], found["frames"], found["others"]) == ([], 2, 0)
    assert found["per_frame"] == {"seconds": [0.0, 0.04], "counts": []}


def test_classes_stand_with_the_most_seen_first_and_ties_by_name() -> None:
    found = timeline_of(NAMES, [Sighting(0.0, (2, 1, 0, 0))], seconds=0.1)
    assert [row["name"] for row in found["classes"]] == ["charlie", "key", "mug"]


def test_an_hour_of_a_thousand_classes_stays_small() -> None:
    names = [f"class {number}" for number in range(1_000)]
    sightings = [Sighting(at / 5, tuple((at * 7 + k) % 1_000 for k in range(20))) for at in range(18_000)]
    found = timeline_of(names, sightings, seconds=3_600, colors=["#123456"] * 1_000)
    assert len(found["classes"]) == MOST_CLASSES
    assert found["others"] == 950
    assert found["per_frame"] is None
    assert len(json.dumps(found)) < 200_000


@pytest.mark.parametrize("index", [-1, 3])
def test_a_class_without_a_name_is_a_mistake_of_the_caller(index: int) -> None:
    with pytest.raises(ValueError, match="no name"):
        timeline_of(NAMES, [Sighting(0.0, (index,))], seconds=1)
