"""An answer against a key: the truth, its roundings, the mistakes, and their order."""

import random
from typing import Any

import pytest

from challenges.advice import advice_for, mistakes
from challenges.key import AnswerKey, Mistake, Value
from challenges.kinds import KINDS
from challenges.verdict import check_answer, coincide


def key_of(kind: str, truth: Value, *found: tuple[str, Value], **fields: Any) -> AnswerKey:
    question = {"kind": kind, "model": "yolov5s", **fields}
    return AnswerKey(question, "sha256:0", truth, tuple(Mistake(code, value) for code, value in found))


def judged(key: AnswerKey, text: str) -> str:
    """``correct``, ``malformed``, or what explains the wrong answer."""
    verdict = check_answer(key.question, key, text)
    return verdict.mistake or ("unexplained" if verdict.verdict == "wrong" else verdict.verdict)


SHAPE = key_of(
    "tensor_shape",
    (1, 128, 64, 64),
    ("neighbour_layer", (1, 256, 64, 64)),
    ("layer_input", (1, 256, 64, 64)),
    ("channels_last", (1, 64, 64, 128)),
    ("batch_dimension_missing", (128, 64, 64)),
)


@pytest.mark.parametrize(
    ("text", "judgement"),
    [
        ("1x128x64x64", "correct"),
        ("torch.Size([1, 128, 64, 64])", "correct"),
        ("128x64x64", "batch_dimension_missing"),
        ("1x64x64x128", "channels_last"),
        ("1x256x64x64", "neighbour_layer"),
        ("1x2x3x4", "unexplained"),
        ("1", "unexplained"),
        ("what?", "malformed"),
    ],
)
def test_a_shape_is_right_or_explained(text: str, judgement: str) -> None:
    assert judged(SHAPE, text) == judgement


def test_the_commonest_explanation_wins_whatever_the_order_in_the_key() -> None:
    shuffled = AnswerKey(SHAPE.question, SHAPE.model_digest, SHAPE.truth, SHAPE.mistakes[::-1])
    assert judged(shuffled, "1x256x64x64") == judged(SHAPE, "1x256x64x64") == "neighbour_layer"


COUNT = key_of(
    "parameter_count",
    7_235_389,
    ("fused_counted", 7_225_885),
    ("other_model_size", 1_872_157),
    ("bytes_for_count", 28_941_556),
    ("unit_factor", 7_235_389 / 1000),
    ("unit_factor", 7_235_389 / 1_000_000),
)


@pytest.mark.parametrize(
    ("text", "judgement"),
    [
        ("7235389", "correct"),
        ("7,235,389", "correct"),
        ("7.2 M", "correct"),
        ("7,24 M", "correct"),
        ("7,23 M", "correct"),  # cut off instead of rounded
        ("7.235 M", "correct"),
        ("7 235 000", "correct"),
        ("7 200 000", "correct"),
        ("7 M", "rounded_too_far"),
        ("7000000", "rounded_too_far"),
        ("7.3 M", "unexplained"),
        ("7235388", "unexplained"),
        ("7225885", "fused_counted"),
        ("7.226 M", "fused_counted"),
        ("1,9 M", "other_model_size"),
        ("1 872 157", "other_model_size"),
        ("28.9 MB", "bytes_for_count"),
        ("28 941 556", "bytes_for_count"),
        ("27,6 MiB", "bytes_for_count"),
        ("7.2 MB", "bytes_for_count"),  # the right number of the wrong thing
        ("3.9 MB", "bytes_for_count"),
        ("7200 k", "correct"),  # as 7 200 000 is
        ("7000 k", "rounded_too_far"),
        ("7,235", "unit_factor"),
        ("7235", "unit_factor"),
        ("7.2", "unit_factor"),
        ("-7235389", "unexplained"),
        ("0", "unexplained"),
    ],
)
def test_a_count_is_judged_to_the_digits_it_gives(text: str, judgement: str) -> None:
    assert judged(COUNT, text) == judgement


@pytest.mark.parametrize(
    ("text", "judgement"),
    [
        ("7235389", "correct"),
        ("7.235389 M", "correct"),
        ("7.2 M", "rounded_too_far"),
        ("7 235 000", "rounded_too_far"),
        ("7225885", "fused_counted"),
        ("1.872 M", "other_model_size"),
    ],
)
def test_a_statement_that_asks_for_the_exact_number_gets_it(text: str, judgement: str) -> None:
    exact = AnswerKey({**COUNT.question, "digits": "exact"}, COUNT.model_digest, COUNT.truth, COUNT.mistakes)
    assert judged(exact, text) == judgement


def test_a_number_of_boxes_is_exact_unless_the_question_says_otherwise() -> None:
    boxes = key_of("prediction_count", 25200, ("anchors_forgotten", 8400))
    assert [judged(boxes, text) for text in ("25200", "25.2 k", "25 k", "8400")] == [
        "correct",
        "correct",
        "rounded_too_far",
        "anchors_forgotten",
    ]


FLOPS = key_of("operation_count", 16_433_561_600, ("macs_for_flops", 8_216_780_800), count="flops", digits=3)


@pytest.mark.parametrize(
    ("text", "judgement"),
    [
        ("16.4 GFLOPs", "correct"),
        ("16,5 GFLOPs", "correct"),  # the published figure counts the biases too
        ("16.6 GFLOPs", "correct"),  # and the model's own summary, the normalization
        ("16433561600", "correct"),
        ("17.0 G", "unexplained"),
        ("16 G", "rounded_too_far"),
        ("8.22 GMACs", "macs_for_flops"),
    ],
)
def test_flops_are_right_within_what_honest_conventions_differ_by(text: str, judgement: str) -> None:
    assert judged(FLOPS, text) == judgement


def test_what_the_smallest_network_prints_of_itself_is_right_too() -> None:
    nano = key_of("operation_count", 4_468_121_600, ("other_image_size", 2_859_597_824), count="flops")
    assert [judged(nano, text) for text in ("4.6 GFLOPs", "4.5 G", "4.7 G")] == ["correct", "correct", "unexplained"]


def test_a_mistake_that_lies_within_the_tolerance_is_still_a_mistake() -> None:
    large = key_of("operation_count", 108_993_740_800, ("per_class_count", 107_665_820_800), count="flops")
    assert judged(large, "107665820800") == "per_class_count"
    assert judged(large, "109.1 G") == "correct"


def test_macs_and_exact_counts_have_no_such_tolerance() -> None:
    macs = key_of("operation_count", 8_216_780_800, count="macs", digits=3)
    assert judged(macs, "8.25 G") == "unexplained"
    exact = AnswerKey({**FLOPS.question, "digits": "exact"}, "sha256:0", FLOPS.truth)
    assert judged(exact, "16500000001") == "unexplained"


WEIGHT = key_of(
    "weight_value",
    -0.0123456,
    ("sign", 0.0123456),
    ("index_transposed", 0.0345),
    ("one_based_index", -0.00271828),
)


@pytest.mark.parametrize(
    ("text", "judgement"),
    [
        ("-0.0123456", "correct"),
        ("-0,01235", "correct"),
        ("-0.01234", "correct"),
        ("-1.2346e-2", "correct"),
        ("-0.0123", "rounded_too_far"),
        ("-0.01", "rounded_too_far"),
        ("0", "rounded_too_far"),
        ("0.01235", "sign"),
        ("0.0123", "sign"),
        ("0.0345", "index_transposed"),
        ("-0.002718", "one_based_index"),
        ("0.5", "unexplained"),
    ],
)
def test_a_weight_needs_four_digits_and_its_sign(text: str, judgement: str) -> None:
    assert judged(WEIGHT, text) == judgement


def test_a_weight_that_is_zero_is_answered_by_zero() -> None:
    assert judged(key_of("weight_value", 0.0), "0") == "correct"
    assert judged(key_of("weight_value", 0.0), "0,3") == "unexplained"


def test_a_key_of_another_kind_than_its_question_explains_nothing_and_breaks_nothing() -> None:
    assert judged(key_of("parameter_count", (1, 2)), "12") == "unexplained"
    assert judged(key_of("tensor_shape", 12), "1x2") == "unexplained"


def test_every_verdict_says_something_in_both_languages() -> None:
    for key, text in [(SHAPE, "1x128x64x64"), (SHAPE, "1x2x3x4"), (SHAPE, "?"), (COUNT, "7 M")]:
        verdict = check_answer(key.question, key, text)
        assert set(verdict.advice) == {"fr", "en"}
        assert all(verdict.advice.values())
        assert verdict.to_json()["verdict"] == verdict.verdict
        assert bool(verdict.understood) == (verdict.verdict != "malformed")


def test_nothing_that_people_type_makes_the_judge_raise() -> None:
    generator = random.Random(11)
    for key in (SHAPE, COUNT, FLOPS, WEIGHT):
        for _ in range(1500):
            text = "".join(generator.choices("0123456789 .,x()eM-", k=generator.randrange(1, 14)))
            assert check_answer(key.question, key, text).verdict in {"correct", "wrong", "malformed"}


def test_values_coincide_when_no_answer_could_tell_them_apart() -> None:
    assert coincide("tensor_shape", (1, 64, 64, 64), (1, 64, 64, 64))
    assert not coincide("tensor_shape", (1, 64, 64), (1, 1, 64, 64))
    assert coincide("parameter_count", 12, 12.0)
    assert not coincide("parameter_count", 12, 13)
    assert coincide("weight_value", 0.123456, 0.123460)
    assert not coincide("weight_value", 0.1234, 0.1237)
    assert not coincide("weight_value", 0.1234, -0.1234)


#: The codes that scripts rely on.
CONTRACT = (
    {"channels_last", "batch_dimension_missing", "height_width_swapped", "neighbour_layer", "layer_input"}
    | {"other_image_size", "other_model_size", "training_head", "index_transposed", "one_based_index", "sign"}
    | {"rounded_too_far", "macs_for_flops", "flops_for_macs", "unit_factor", "bias_forgotten"}
    | {"batch_norm_forgotten", "fused_counted", "unfused_counted", "bytes_for_count", "per_class_count"}
)


def test_every_promised_mistake_has_its_advice() -> None:
    assert set(mistakes()) >= CONTRACT


@pytest.mark.parametrize("kind", KINDS)
def test_no_advice_holds_a_number(kind: str) -> None:
    for code in (*mistakes(), "correct", "unexplained"):
        for text in advice_for(code, kind).values():
            assert not any(character.isdigit() for character in text), (code, text)
