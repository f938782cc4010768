"""Feature visualization: what the course's checkpoint sees in a picture, prepared as it should be and otherwise."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import grader
from challenges import pictures
from challenges.key import AnswerKey
from challenges.verdict import check_answer
from grader.errors import SubmissionError
from ml.activations import Preparation, activations, prepared

COURSE = Path(__file__).parents[3] / "fixtures" / "weights" / "course_yolov5nu.pt"
STRONGEST = {"kind": "strongest_channel", "model": "course", "layer": 9, "picture": "crowd-3"}
VALUE = {"kind": "activation_value", "model": "course", "layer": 4, "picture": "crowd-1", "channel": 7}


def key_of(question: dict[str, Any]) -> AnswerKey:
    return grader.make_answer_key(question, weights=COURSE)


def judged(question: dict[str, Any], text: str) -> str:
    verdict = check_answer(question, key_of(question), text)
    return verdict.mistake or verdict.verdict


def mistaken(key: AnswerKey, code: str) -> Any:
    return next(mistake.value for mistake in key.mistakes if mistake.code == code)


def test_the_strongest_channel_is_found_and_each_mistake_about_it() -> None:
    key = key_of(STRONGEST)
    assert not key.collides
    assert judged(STRONGEST, str(key.truth)) == "correct"
    for code in ("one_based_index", "maximum_for_mean", "weakest_for_strongest", "not_scaled", "neighbour_layer"):
        assert judged(STRONGEST, str(mistaken(key, code))) == code


def test_two_channels_that_are_nearly_equal_are_never_asked_about() -> None:
    assert key_of(STRONGEST | {"layer": 4, "picture": "crowd-1"}).collides


@pytest.mark.parametrize("place", [{}, {"position": [3, 5]}])
def test_a_value_is_right_to_three_digits(place: dict[str, Any]) -> None:
    key = key_of(VALUE | place)
    assert judged(VALUE | place, f"{key.truth:.3g}") == "correct"
    for code in ("bgr_order", "not_scaled", "before_activation", "neighbour_layer"):
        assert judged(VALUE | place, f"{mistaken(key, code):.6g}") == code


def test_a_place_may_be_taken_for_another() -> None:
    key = key_of(VALUE | {"position": [3, 5]})
    assert {"height_width_swapped", "mean_for_value", "one_based_index"} <= {mistake.code for mistake in key.mistakes}


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (STRONGEST | {"model": "yolov5n"}, "untrained"),
        (STRONGEST | {"picture": "nobody-1"}, "unknown_picture"),
        (STRONGEST | {"picture": "../secret"}, "invalid_question"),
        (STRONGEST | {"image_size": [320, 640]}, "not_a_square"),
        (STRONGEST | {"layer": 24}, "not_a_map"),
        (VALUE | {"channel": 9999}, "index_out_of_range"),
        (VALUE | {"position": [999, 0]}, "index_out_of_range"),
    ],
    ids=str,
)
def test_a_question_that_makes_no_sense_is_refused(question: dict[str, Any], code: str) -> None:
    with pytest.raises(SubmissionError) as refusal:
        key_of(question)
    assert refusal.value.code == code


def test_a_picture_is_laid_on_gray_in_rgb_between_zero_and_one() -> None:
    path = pictures.find("crowd-1")
    right = prepared(path, 320)
    assert right.shape == (1, 3, 320, 320)
    assert 0 <= float(right.min()) <= float(right.max()) <= 1
    assert torch.equal(prepared(path, 320, Preparation(rgb=False)), right.flip(1))
    assert torch.allclose(prepared(path, 320, Preparation(scaled=False)), right * 255)


def test_an_activation_in_place_does_not_change_what_was_seen_before_it() -> None:
    network = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.ReLU(inplace=True))
    nn.init.constant_(network[0].weight, -1.0)
    found = activations(network, torch.ones(1, 1, 2, 2), ("0", "1"))
    assert float(found["0"].max()) == -1
    assert float(found["1"].max()) == 0
