"""Keys about what a network is made of: strides, fields, settings, types, inputs and counts, from the real models."""

from pathlib import Path
from typing import Any

import pytest

import grader
from challenges.key import AnswerKey, Value
from challenges.verdict import check_answer
from grader.errors import SubmissionError

COURSE = Path(__file__).parents[3] / "fixtures" / "weights" / "course_yolov5nu.pt"
STRIDE = {"kind": "stride", "model": "yolov5n", "layer": 17}
FIELD = {"kind": "receptive_field", "model": "yolov5n", "layer": 4}
SETTING = {"kind": "layer_setting", "model": "yolov5n", "layer": 1, "setting": "in_channels"}
TYPES = {"kind": "module_types", "model": "yolov5n", "layer": 0}
INPUTS = {"kind": "layer_inputs", "model": "yolov5n", "layer": 12}
COUNT = {"kind": "module_count", "model": "yolov5n", "type": "Conv2d"}


def key_of(question: dict[str, Any]) -> AnswerKey:
    return grader.make_answer_key(question, weights=COURSE)


def mistaken(question: dict[str, Any], code: str) -> set[Value]:
    return {mistake.value for mistake in key_of(question).mistakes if mistake.code == code}


def judged(question: dict[str, Any], text: str) -> str:
    verdict = check_answer(question, key_of(question), text)
    return verdict.mistake or ("unexplained" if verdict.verdict == "wrong" else verdict.verdict)


@pytest.mark.parametrize(
    ("question", "truth"),
    [
        (STRIDE, 8),
        (STRIDE | {"layer": 9}, 32),
        (STRIDE | {"layer": "model.9.cv1"}, 32),
        (STRIDE | {"model": "tiny-yolo-v1", "layer": "pool6"}, 64),
        (FIELD, 58),
        (FIELD | {"model": "cifar-net", "layer": "conv2"}, 14),
        (SETTING, 16),
        (SETTING | {"setting": "kernel_size", "layer": 0}, 6),
        (SETTING | {"setting": "eps"}, 0.001),
        (SETTING | {"setting": "momentum"}, 0.03),
        (SETTING | {"model": "tiny-yolo-v1", "layer": "leaky1", "setting": "negative_slope"}, 0.1),
        (TYPES, ("Conv2d", "BatchNorm2d", "SiLU")),
        (TYPES | {"model": "course"}, ("Conv2d", "BatchNorm2d", "SiLU")),
        (INPUTS, (6, 11)),
        (INPUTS | {"layer": 24}, (17, 20, 23)),
        (INPUTS | {"layer": 0}, (-1,)),
        (COUNT, 60),
        (COUNT | {"type": "C3"}, 8),
        (COUNT | {"type": "Bottleneck", "layer": 6}, 3),
        (COUNT | {"type": "BatchNorm2d"}, 57),
    ],
    ids=str,
)
def test_truths_are_what_the_network_is_made_of(question: dict[str, Any], truth: Value) -> None:
    key = key_of(question)
    assert key.truth == truth
    assert not key.collides


def test_the_pyramid_calls_its_pooling_three_times() -> None:
    types = key_of(TYPES | {"layer": 9}).truth
    assert types == (*("Conv2d", "BatchNorm2d", "SiLU"), *("MaxPool2d",) * 3, *("Conv2d", "BatchNorm2d", "SiLU"))


@pytest.mark.parametrize(
    ("question", "text", "judgement"),
    [
        (STRIDE, "8", "correct"),
        (STRIDE, "1", "own_stride_only"),
        (STRIDE, "80", "grid_size_for_stride"),
        (STRIDE, "3", "halvings_for_stride"),
        (STRIDE, "32", "upsampling_forgotten"),
        (STRIDE, "16", "neighbour_layer"),
        (FIELD, "58 pixels", "correct"),
        (FIELD, "58", "correct"),
        (FIELD, "16", "strides_forgotten"),
        (FIELD, "3", "kernel_only"),
        (FIELD, "8", "stride_for_field"),
        (FIELD, "85", "whole_kernels_added"),
        (FIELD, "18", "shortest_path"),
        (FIELD, "26", "neighbour_layer"),
        (FIELD, "98", "other_model_size"),
        (FIELD, "57", "off_by_one"),
        (FIELD, "58 x 58 px", "correct"),
        (FIELD, "75", "stride_too_early"),
        (FIELD | {"model": "cifar-net", "layer": "conv2"}, "9", "strides_forgotten"),
        (FIELD | {"layer": 9}, "266", "poolings_forgotten"),
        (SETTING | {"setting": "momentum"}, "0.97", "other_convention"),
        (COUNT | {"type": "Conv"}, "60", "other_type"),
        (SETTING, "16", "correct"),
        (SETTING, "32", "channels_swapped"),
        (SETTING, "3", "other_setting"),
        (SETTING, "64", "other_model_size"),
        (SETTING | {"setting": "eps"}, "1e-3", "correct"),
        (SETTING | {"setting": "eps"}, "0,001", "correct"),
        (SETTING | {"setting": "eps"}, "1e-5", "library_default"),
        (SETTING | {"setting": "eps"}, "0.03", "other_setting"),
        (SETTING | {"setting": "kernel_size", "layer": 0}, "6x6", "correct"),
        (SETTING | {"setting": "kernel_size", "layer": 0}, "3x3", "neighbour_layer"),
        (TYPES, "conv2d + bn + silu", "correct"),
        (TYPES, "Conv2d, SiLU, BatchNorm2d", "order_wrong"),
        (TYPES, "Conv2d, SiLU", "batch_norm_forgotten"),
        (TYPES, "Conv2d, BatchNorm2d", "activation_forgotten"),
        (TYPES, "Conv2d, BatchNorm2d, LeakyReLU", "other_activation"),
        (TYPES, "Conv2d, BN, Mish", "other_activation"),
        (TYPES, "Linear", "unexplained"),
        (TYPES | {"layer": 9}, "conv, bn, silu, maxpool, conv, bn, silu", "repeats_counted_once"),
        (TYPES | {"layer": 9}, "conv, bn, silu, conv, bn, silu, maxpool", "printed_order"),
        (INPUTS, "11, 6", "correct"),
        (INPUTS, "-1, 6", "correct"),
        (INPUTS, "-1 et -6", "correct"),
        (INPUTS, "1, 6", "sign"),
        (INPUTS, "6", "input_missing"),
        (INPUTS, "6, 11, 12", "input_too_many"),
        (INPUTS, "13", "outputs_for_inputs"),
        (INPUTS, "7, 12", "one_based_index"),
        (INPUTS, "4, 15", "other_block"),
        (COUNT, "60", "correct"),
        (COUNT, "57", "head_forgotten"),
        (COUNT, "52", "repeats_counted_once"),
        (COUNT, "82", "other_model_size"),
        (COUNT | {"type": "Conv"}, "9", "top_level_only"),
        (COUNT | {"type": "BatchNorm2d"}, "0", "fused_counted"),
        (COUNT | {"type": "Bottleneck", "layer": 6}, "2", "neighbour_layer"),
    ],
    ids=str,
)
def test_a_wrong_answer_is_recognised(question: dict[str, Any], text: str, judgement: str) -> None:
    assert judged(question, text) == judgement


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (STRIDE | {"layer": "dense1", "model": "tiny-yolo-v1"}, "not_a_map"),
        (FIELD | {"layer": 24}, "not_a_map"),
        (FIELD | {"layer": 17}, "no_single_answer"),
        (SETTING | {"layer": 11}, "no_such_setting"),
        (SETTING | {"setting": "colour"}, "invalid_question"),
        (TYPES | {"layer": 23, "model": "yolov5x"}, "too_many_modules"),
        (INPUTS | {"layer": "model.12.x"}, "unknown_layer"),
        (INPUTS | {"layer": "model.9.cv1"}, "not_a_top_level_layer"),
        (COUNT | {"type": "Unicorn"}, "no_such_module"),
        (COUNT | {"type": "a type"}, "invalid_question"),
    ],
    ids=str,
)
def test_a_question_without_one_answer_is_refused_with_advice(question: dict[str, Any], code: str) -> None:
    with pytest.raises(SubmissionError) as refusal:
        key_of(question)
    assert refusal.value.code == code
    assert refusal.value.reason["fr"] != refusal.value.reason["en"]


def test_a_key_remembers_that_an_order_does_not_count() -> None:
    key = key_of(INPUTS)
    assert key.unordered
    assert AnswerKey.from_json(key.to_json()) == key
