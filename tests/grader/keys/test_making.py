"""Answer keys from the real models: truths known from elsewhere, and every classic mistake reached."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import grader
from challenges import variants
from challenges.advice import mistakes
from challenges.answers import grouped
from challenges.key import AnswerKey, Value
from challenges.spec import Quest, load_cards
from challenges.verdict import check_answer
from grader.errors import SubmissionError
from grader.hand_ins.inspectors import mistakes_of_hand_ins
from tests.grader.keys.samples import NEARLY_RIGHT, SAMPLES

COURSE = Path(__file__).parents[3] / "fixtures" / "weights" / "course_yolov5nu.pt"
QUESTS = [quest for card in load_cards() for quest in card.quests if not quest.rules.is_handed_in]
SECRET = b"a secret of the course"
CHEAP = {"course", "cifar-net", "tiny-yolo-v1"}  # the five letters of YOLOv5 take a second each

LAYER_17 = {"kind": "tensor_shape", "model": "yolov5s", "image_size": [512, 512], "layer": 17}
WEIGHT = {"kind": "weight_value", "model": "course", "layer": 4, "index": [8, 12, 0, 0]}


def key_of(question: dict[str, Any]) -> AnswerKey:
    if question.get("model") == "course" and not COURSE.is_file():
        pytest.skip(f"the course's checkpoint is not there: {COURSE.name}")
    return grader.make_answer_key(question, weights=COURSE)


def mistaken(key: AnswerKey, code: str) -> set[Value]:
    return {mistake.value for mistake in key.mistakes if mistake.code == code}


def usually_mistaken(key: AnswerKey, code: str) -> set[Value]:
    return {mistake.value for mistake in key.mistakes if mistake.code == code and not mistake.is_rare}


def typed(value: Value) -> str:
    """A value as a student types it."""
    if isinstance(value, tuple):
        is_list = any(isinstance(item, tuple) for item in value)
        return "\n".join(map(typed, value)) if is_list else _listed(value)
    if isinstance(value, int):
        return str(value)
    # "27.216" would be read as twenty-seven thousand boxes: an exponent leaves no doubt.
    return f"{value:.6e}"


def _listed(values: tuple[Value, ...]) -> str:
    return (", " if isinstance(values[0], str) else " x ").join(map(str, values))


@pytest.mark.parametrize(
    ("question", "truth"),
    [
        (LAYER_17, (1, 128, 64, 64)),
        (LAYER_17 | {"image_size": [512, 320]}, (1, 128, 64, 40)),
        (LAYER_17 | {"layer": 24, "image_size": 640}, (1, 25200, 85)),
        (LAYER_17 | {"layer": 24, "image_size": 640, "head": "raw"}, (1, 3, 80, 80, 85)),
        ({"kind": "parameter_count", "model": "yolov5s"}, 7_235_389),
        ({"kind": "parameter_count", "model": "yolov5s", "fused": True}, 7_225_885),
        ({"kind": "parameter_count", "model": "yolov5n", "layer": 0}, 1_760),
        ({"kind": "parameter_count", "model": "tiny-yolo-v1"}, 45_089_374),
        ({"kind": "parameter_count", "model": "cifar-net"}, 62_006),
        ({"kind": "parameter_count", "model": "cifar-net", "layer": "conv2"}, 2_416),
        ({"kind": "prediction_count", "model": "yolov5s", "image_size": 640}, 25_200),
        ({"kind": "prediction_count", "model": "tiny-yolo-v1", "image_size": 448}, 98),
        ({"kind": "operation_count", "model": "cifar-net", "image_size": 32, "count": "macs"}, 651_720),
        ({"kind": "operation_count", "model": "cifar-net", "image_size": 32, "count": "flops"}, 1_303_440),
        ({"kind": "operation_count", "model": "cifar-net", "image_size": 32, "count": "maxima"}, 11_236),
    ],
    ids=str,
)
def test_truths_are_those_that_upstream_publishes(question: dict[str, Any], truth: Value) -> None:
    assert key_of(question).truth == truth


def test_a_weight_of_the_course_is_found_by_layer_and_by_name() -> None:
    by_layer = key_of(WEIGHT)
    by_name = key_of(
        {"kind": "weight_value", "model": "course", "name": "model.4.cv1.conv.weight", "index": [8, 12, 0, 0]}
    )
    assert by_layer.truth == by_name.truth
    assert by_layer.notes == ("model.4.cv1.conv.weight[8, 12, 0, 0]",)


def test_a_weight_may_be_asked_of_a_file_by_its_path() -> None:
    assert key_of(WEIGHT | {"model": str(COURSE)}).truth == key_of(WEIGHT).truth


def test_a_layer_may_be_named_by_its_module() -> None:
    inside = key_of(LAYER_17 | {"layer": "model.17.cv1"})
    assert inside.truth == (1, 64, 64, 64)
    assert key_of(LAYER_17 | {"layer": "17.cv1"}).truth == inside.truth


def test_the_mistakes_of_a_shape_are_what_the_model_gives_to_those_who_make_them() -> None:
    key = key_of(LAYER_17 | {"image_size": [512, 320]})
    assert mistaken(key, "batch_dimension_missing") == {(128, 64, 40)}
    assert (1, 64, 40, 128) in mistaken(key, "channels_last")
    assert (1, 128, 40, 64) in mistaken(key, "height_width_swapped")
    assert {(1, 256, 64, 40), (1, 128, 32, 20)} <= mistaken(key, "neighbour_layer")
    assert {(1, 256, 64, 40), (64, 40, 256)} <= mistaken(key, "layer_input")
    assert (1, 128, 80, 80) in mistaken(key, "other_image_size")
    assert {(1, channels, 64, 40) for channels in (64, 192, 256, 320)} <= mistaken(key, "other_model_size")
    assert not key.collides


def test_the_image_itself_is_the_first_layers_input_as_the_statement_writes_it() -> None:
    first = key_of(LAYER_17 | {"layer": 0, "image_size": [512, 320]})
    assert {(1, 3, 512, 320), (3, 512, 320), (512, 320, 3)} <= mistaken(first, "layer_input")


def test_the_head_has_two_forms_and_each_is_the_mistake_of_the_other() -> None:
    decoded = key_of(LAYER_17 | {"layer": 24, "image_size": 640})
    raw = key_of(LAYER_17 | {"layer": 24, "image_size": 640, "head": "raw"})
    assert {(1, 3, 80, 80, 85), (1, 3, 20, 20, 85), (1, 255, 80, 80)} <= mistaken(decoded, "training_head")
    assert (1, 25200, 85) in mistaken(raw, "training_head")
    assert (1, 25200, 25) in mistaken(decoded, "per_class_count")


def test_a_square_image_has_no_height_and_width_to_swap() -> None:
    assert not mistaken(key_of(LAYER_17), "height_width_swapped")


def test_the_mistakes_of_a_count_are_counted_on_networks_without_the_forgotten_part() -> None:
    key = key_of({"kind": "parameter_count", "model": "yolov5s"})
    assert mistaken(key, "fused_counted") == {7_225_885}
    normalization = 2 * 9_504  # 9,504 normalized channels
    assert {7_235_389 - normalization, 7_235_389 - normalization - 3 * 255} <= mistaken(key, "batch_norm_forgotten")
    assert mistaken(key, "bias_forgotten") == {7_235_389 - 3 * 255}  # the three convolutions of the head
    assert usually_mistaken(key, "other_model_size") == {1_872_157, 21_190_557, 46_563_709, 86_749_405}
    assert usually_mistaken(key, "bytes_for_count") == {7_235_389 * 4, 7_235_389 * 2}
    assert mistaken(key_of({"kind": "parameter_count", "model": "yolov5s", "fused": True}), "unfused_counted") == {
        7_235_389
    }


def test_a_layer_without_biases_gives_nobody_a_bias_to_forget() -> None:
    assert not mistaken(key_of({"kind": "parameter_count", "model": "yolov5s", "layer": 1}), "bias_forgotten")


def test_flops_and_macs_are_each_others_mistakes() -> None:
    question = {"kind": "operation_count", "model": "yolov5s", "image_size": 320, "layer": 3, "count": "flops"}
    flops, macs = key_of(question), key_of(question | {"count": "macs"})
    assert mistaken(flops, "macs_for_flops") == {macs.truth}
    assert flops.truth in mistaken(macs, "flops_for_macs")


def test_the_mistakes_of_additions_are_biases_and_normalization() -> None:
    key = key_of({"kind": "operation_count", "model": "yolov5n", "image_size": 320, "count": "additions"})
    assert {"bias_forgotten", "batch_norm_forgotten"} <= {mistake.code for mistake in key.mistakes}
    assert key.notes  # the sigmoids, which are no additions


def test_folding_saves_multiplications_and_no_additions() -> None:
    question = {"kind": "operation_count", "model": "yolov5n", "image_size": 320, "count": "additions"}
    assert not mistaken(key_of(question), "fused_counted")  # each convolution gains the bias that replaces a shift
    assert mistaken(key_of(question | {"count": "multiplications"}), "fused_counted")


def test_a_variant_whose_truth_is_also_a_mistake_is_marked() -> None:
    cube = key_of(LAYER_17 | {"model": "yolov5n", "layer": 15})
    assert cube.truth == (1, 64, 64, 64)  # channels last is the same
    assert cube.collides
    assert key_of(LAYER_17 | {"layer": 4}).collides  # layer 3 gives the same size
    assert not key_of(LAYER_17).collides


def test_the_same_question_gives_the_same_key_and_another_model_another_digest() -> None:
    assert key_of(LAYER_17) == key_of(dict(reversed(LAYER_17.items())))
    digests = {grader.model_digest({"kind": "parameter_count", "model": name}) for name in ("yolov5n", "yolov5s")}
    assert len(digests) == 2
    assert key_of(LAYER_17).model_digest == grader.model_digest(LAYER_17)


def test_the_digest_of_the_course_is_the_digest_of_its_file(tmp_path: Path) -> None:
    one, other = tmp_path / "one.pt", tmp_path / "other.pt"
    one.write_bytes(b"one")
    other.write_bytes(b"other")
    assert grader.model_digest(WEIGHT, weights=one) != grader.model_digest(WEIGHT, weights=other)
    before = grader.model_digest(WEIGHT, weights=one)
    one.write_bytes(b"changed")
    os.utime(one, ns=(1, 1))
    assert grader.model_digest(WEIGHT, weights=one) != before


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"kind": "riddle", "model": "yolov5s"}, "invalid_question"),
        (LAYER_17 | {"model": "yolov5z"}, "unknown_model"),
        (LAYER_17 | {"model": "no/such/file.pt"}, "unknown_model"),
        (LAYER_17 | {"model": str(Path(__file__))}, None),
        (LAYER_17 | {"layer": 25}, "unknown_layer"),
        (LAYER_17 | {"layer": "model.17.nope"}, "unknown_layer"),
        (LAYER_17 | {"head": "raw"}, "no_output"),
        (LAYER_17 | {"image_size": [512, 500]}, "image_size"),
        (LAYER_17 | {"model": "tiny-yolo-v1", "layer": "dense1"}, "image_size"),
        ({"kind": "prediction_count", "model": "cifar-net", "image_size": 32}, "not_a_detector"),
        (WEIGHT | {"layer": 11}, "unknown_parameter"),
        (WEIGHT | {"index": [8, 12, 0]}, "index_out_of_range"),
        (WEIGHT | {"index": [32, 12, 0, 0]}, "index_out_of_range"),
        ({"kind": "weight_value", "model": "course", "name": "nope", "index": [0]}, "unknown_parameter"),
        (
            {"kind": "weight_value", "model": "yolov5n", "name": "model.0.conv.weight", "index": [0]},
            "index_out_of_range",
        ),
    ],
    ids=str,
)
def test_a_question_that_the_model_cannot_answer_is_refused_with_advice(
    question: dict[str, Any], code: str | None
) -> None:
    with pytest.raises(SubmissionError) as refusal:
        key_of(question)
    assert code is None or refusal.value.code == code
    assert refusal.value.reason["fr"]
    assert refusal.value.advice["en"]


def test_a_question_about_the_course_needs_a_checkpoint() -> None:
    with pytest.raises(SubmissionError) as refusal:
        grader.make_answer_key(WEIGHT)
    assert refusal.value.code == "no_course_weights"


@pytest.fixture(scope="module")
def keys_of_the_cards() -> list[tuple[Quest, dict[str, Any], AnswerKey]]:
    """The keys of every quest for some pairs, as dealt: those that collide are drawn again."""
    return [(quest, *dealt(quest, pair)) for quest in QUESTS for pair in range(5 if quest.model in CHEAP else 1)]


def dealt(quest: Quest, pair: int) -> tuple[dict[str, Any], AnswerKey]:
    for nth in range(10):
        parameters = variants.draw(SECRET, pair=pair, quest=quest, nth=nth)
        key = key_of(quest.question_for(parameters))
        if not key.collides:
            return parameters, key
    raise AssertionError(f"{quest.slug} collides again and again")


@pytest.mark.parametrize("question", SAMPLES, ids=str)
def test_the_truth_of_every_kind_is_right_and_each_of_its_mistakes_is_recognised(question: dict[str, Any]) -> None:
    key = key_of(question)
    assert not key.collides
    assert check_answer(question, key, typed(key.truth)).verdict == "correct"
    for code, text in wrong_answers(key):
        verdict = check_answer(question, key, text)
        assert (verdict.verdict, verdict.mistake is None) == ("wrong", False), (code, text)


def wrong_answers(key: AnswerKey) -> Iterator[tuple[str, str]]:
    for mistake in key.mistakes:
        yield mistake.code, typed(mistake.value)


@pytest.mark.slow
def test_every_quest_has_a_key_whose_truth_is_right_and_whose_mistakes_are_wrong(
    keys_of_the_cards: list[tuple[Quest, dict[str, Any], AnswerKey]],
) -> None:
    for quest, _, key in keys_of_the_cards:
        assert check_answer(key.question, key, typed(key.truth)).verdict == "correct", quest.slug
        for code, text in wrong_answers(key):
            verdict = check_answer(key.question, key, text)
            assert verdict.verdict == "wrong", (quest.slug, code, text)
            assert verdict.mistake is not None, (quest.slug, code, text)


@pytest.mark.slow
def test_every_mistake_of_the_catalogue_is_what_some_real_key_explains(
    keys_of_the_cards: list[tuple[Quest, dict[str, Any], AnswerKey]],
) -> None:
    keys = [key for _, _, key in keys_of_the_cards]
    keys += [key_of({"kind": "parameter_count", "model": "yolov5s"}), *map(key_of, SAMPLES)]
    keys += [key_of(WEIGHT | {"layer": 2, "index": [29, 11, 0, 0], "wrap": True})]  # a filter that there is not
    reached = {check_answer(key.question, key, text).mistake for key in keys for _, text in wrong_answers(key)}
    reached |= {check_answer(key.question, key, "7 M").mistake for key in keys}
    reached |= {check_answer(question, key_of(question), text).mistake for question, text in NEARLY_RIGHT}
    assert reached - {None} | mistakes_of_hand_ins() == set(mistakes())


@pytest.mark.slow
def test_no_advice_gives_the_truth_or_the_numbers_of_the_variant_away(
    keys_of_the_cards: list[tuple[Quest, dict[str, Any], AnswerKey]],
) -> None:
    for quest, parameters, key in keys_of_the_cards:
        secrets = {typed(key.truth), str(key.truth)} | numbers_of(parameters)
        if isinstance(key.truth, int):
            secrets.add(grouped(key.truth))
        texts = [text for _, text in wrong_answers(key)] + [typed(key.truth), "1", "0.5", "2x3", "what?"]
        for text in texts:
            verdict = check_answer(key.question, key, text)
            if verdict.verdict == "malformed":  # its examples are the same for everybody
                words = set(re.findall(r"[\w.,-]+", verdict.advice["fr"] + " " + verdict.advice["en"]))
                assert typed(key.truth) not in words, quest.slug
                continue
            words = set((verdict.advice["fr"] + " " + verdict.advice["en"]).split())
            assert not words & secrets, (quest.slug, words & secrets)


def numbers_of(parameters: object) -> set[str]:
    if isinstance(parameters, dict):
        return set().union(*(numbers_of(value) for value in parameters.values()))
    return {str(parameters)} if isinstance(parameters, int) else set()
