"""What a clip is told about itself: long enough, wide enough, moving enough; and what was done to it."""

from typing import Any

import pytest

from datasets.advice import remarks
from grader.videos.facts import NOTES
from tests.clips import FACTS


def told(*, count: int | None = 290, duplicates: int | None = 4, **facts: Any) -> dict[str, str]:
    """Code → tone, for a course that asks for 10 s, taken at 30 frames a second."""
    found = remarks(
        FACTS | {"rotation": 0, "frame_rate": 30.0} | facts,
        seconds_expected=10,
        frame_rate=30,
        count=count,
        duplicates=duplicates,
    )
    for remark in found:
        assert remark.text["en"] != remark.text["fr"]
        assert remark.text["en"].endswith(".")
        assert remark.text["fr"].endswith(".")
    return {remark.code: remark.tone for remark in found}


@pytest.mark.parametrize(
    ("seconds", "code", "tone"),
    [
        (0.04, "much_too_short", "bad"),
        (4.99, "much_too_short", "bad"),
        (5.0, "short", "mind"),
        (8.99, "short", "mind"),
        (9.0, "long_enough", "good"),
        (10, "long_enough", "good"),
        (15.0, "long_enough", "good"),
        (15.1, "long", "mind"),
        (600, "long", "mind"),
    ],
)
def test_the_length_is_told_first_with_a_colour(seconds: float, code: str, tone: str) -> None:
    assert next(iter(told(duration_seconds=seconds).items())) == (code, tone)


def test_a_good_clip_is_told_nothing_else() -> None:
    assert told() == {"long_enough": "good"}


def test_small_slow_variable_and_turned_clips_are_told_so() -> None:
    assert told(width=320, height=240)["small"] == "mind"
    assert "small" not in told(width=854, height=480)
    assert told(frame_rate=24.0)["slow"] == "fact"
    assert "slow" not in told(frame_rate=29.97)
    assert told(is_variable_rate=True)["variable"] == "fact"
    assert told(rotation=90)["turned"] == "fact"


@pytest.mark.parametrize(
    ("rate", "count", "duplicates", "is_still"),
    [
        (30, 300, 0, False),
        (30, 200, 100, True),
        (30, 210, 90, False),  # 30 % is not more than 30 %
        (15, 150, 150, False),  # a slow film repeats itself
        (15, 50, 250, True),
        (30, 0, 0, False),
        (30, 1, 299, True),
    ],
)
def test_a_scene_that_stands_still_is_told_so_and_a_slow_film_is_not(
    rate: float, count: int, duplicates: int, is_still: bool
) -> None:
    assert ("still" in told(frame_rate=rate, count=count, duplicates=duplicates)) is is_still


def test_nothing_is_said_of_frames_that_are_not_taken_yet() -> None:
    assert "still" not in told(count=None, duplicates=None)


@pytest.mark.parametrize("code", NOTES)
def test_every_note_of_the_worker_has_its_sentence(code: str) -> None:
    assert code in told(notes=[code])


def test_a_note_that_nobody_knows_is_left_out() -> None:
    assert told(notes=["from_the_future"]) == {"long_enough": "good"}


def test_figures_are_written_as_each_language_does() -> None:
    (remark,) = remarks(
        FACTS | {"rotation": 0, "frame_rate": 30.0, "duration_seconds": 9.84},
        seconds_expected=10,
        frame_rate=30,
        count=None,
        duplicates=None,
    )
    assert remark.text["en"].startswith("9.8 s")
    assert remark.text["fr"].startswith("9,8 s")
