"""Keys about memory, anchors, outputs, shapes of parameters, freezing, configurations and data sets."""

from typing import Any

import pytest

import grader
from challenges.key import AnswerKey, Value
from challenges.verdict import check_answer
from grader.errors import SubmissionError

MEMORY = {"kind": "activation_memory", "model": "yolov5n", "image_size": 640, "layer": 17}
ANCHOR = {"kind": "anchor", "model": "yolov5n", "scale": 1, "nth": 1}
OUTPUT = {"kind": "output_index", "model": "tiny-yolo-v1", "cell": [2, 5], "what": "class", "class": 7}
BOX = {"kind": "output_index", "model": "tiny-yolo-v1", "cell": [2, 5], "what": "w", "box": 1}
WEIGHT = {"kind": "parameter_shape", "model": "cifar-net", "name": "conv2.weight"}
FREEZE = {"kind": "trainable_parameters", "model": "yolov5s", "freeze": 10}
CONFIG = {"kind": "configuration_value", "model": "yolov5s", "field": "width_multiple"}
DATASET = {"kind": "dataset_fact", "dataset": "VisDrone", "fact": "classes"}
LIST = {"kind": "shape_list", "model": "cifar-net", "image_size": 32, "of": "data"}


def key_of(question: dict[str, Any]) -> AnswerKey:
    return grader.make_answer_key(question)


def judged(question: dict[str, Any], text: str) -> str:
    verdict = check_answer(question, key_of(question), text)
    return verdict.mistake or ("unexplained" if verdict.verdict == "wrong" else verdict.verdict)


@pytest.mark.parametrize(
    ("question", "truth"),
    [
        (MEMORY, 64 * 80 * 80 * 4),
        (MEMORY | {"bytes_per_value": 2, "batch": 16}, 64 * 80 * 80 * 2 * 16),
        ({"kind": "activation_memory", "model": "cifar-net", "image_size": 32}, 15_002 * 4),
        (ANCHOR, (62, 45)),
        (ANCHOR | {"scale": 2, "nth": 2}, (373, 326)),
        (OUTPUT, (2 * 7 + 5) * 20 + 7),
        (OUTPUT | {"cell": [6, 6], "class": 19}, 979),  # the last of the class scores
        (BOX | {"cell": [0, 0], "what": "confidence", "box": 0}, 980),
        (BOX | {"cell": [0, 0], "what": "x", "box": 0}, 1078),
        (BOX | {"cell": [6, 6], "what": "h", "box": 1}, 1469),
        (WEIGHT, (16, 6, 5, 5)),
        (WEIGHT | {"model": "yolov5n", "name": "model.0.bn.running_mean"}, (16,)),
        (FREEZE, 3_063_933),
        (FREEZE | {"freeze": 0}, 7_235_389),
        (FREEZE | {"freeze": 25}, 0),
        (CONFIG, 0.5),
        (CONFIG | {"field": "depth_multiple"}, 0.33),
        (CONFIG | {"field": "layers"}, 25),
        (CONFIG | {"field": "anchors_per_scale"}, 3),
        (DATASET, 10),
        (DATASET | {"dataset": "voc"}, 20),
        (DATASET | {"dataset": "coco128"}, 80),
    ],
    ids=str,
)
def test_truths_are_known_from_elsewhere(question: dict[str, Any], truth: Value) -> None:
    key = key_of(question)
    assert key.truth == truth
    assert not key.collides


def test_the_data_of_the_cifar_network_go_from_the_image_to_the_scores() -> None:
    lines = key_of(LIST).truth
    assert isinstance(lines, tuple)
    assert lines[0] == (1, 3, 32, 32)
    assert lines[1:3] == ((1, 6, 28, 28), (1, 6, 28, 28))
    assert lines[-1] == (1, 10)
    assert len(lines) == 13


PARAMETERS = "6x3x5x5\n6\n16x6x5x5\n16\n120x400\n120\n84x120\n84\n10x84\n10"
DATA = "1x3x32x32\n1x6x28x28\n1x6x28x28\n1x6x14x14\n1x16x10x10\n1x16x10x10\n1x16x5x5\n1x400\n" + (
    "1x120\n1x120\n1x84\n1x84\n1x10"
)
PADDED = "3x32x32\n6x32x32\n6x16x16\n16x16x16\n16x8x8\n1024\n120\n84\n10"
DATA_WITHOUT_ACTIVATIONS = "1x3x32x32\n1x6x28x28\n1x6x14x14\n1x16x10x10\n1x16x5x5\n1x400\n1x120\n1x84\n1x10"


@pytest.mark.parametrize(
    ("question", "text", "judgement"),
    [
        (MEMORY, "1638400", "correct"),
        (MEMORY, "1,6 Mo", "correct"),
        (MEMORY, "1.64 MB", "correct"),
        (MEMORY, "1600 KiB", "correct"),
        (MEMORY, "1.5625 MiB", "correct"),
        (MEMORY, "409600", "count_for_bytes"),
        (MEMORY, "0.82 MB", "other_precision"),
        (MEMORY, "13107200 octets", "bits_for_bytes"),
        (MEMORY, "1677 kB", "unit_factor"),  # 1.638 MB taken for mebibytes' thousands
        (MEMORY, "25600", "one_channel_only"),
        (MEMORY, "4915200", "other_model_size"),
        (MEMORY, "262144", "other_image_size"),
        (MEMORY | {"batch": 16}, "1638400", "batch_forgotten"),
        (ANCHOR, "62 x 45", "correct"),
        (ANCHOR, "(62, 45)", "correct"),
        (ANCHOR, "largeur 62, hauteur 45", "correct"),
        (ANCHOR, "w = 62, h = 45", "correct"),
        (ANCHOR, "45 x 62", "height_width_swapped"),
        (ANCHOR, "3.875 x 2.8125", "cells_for_pixels"),
        (ANCHOR, "3,88 x 2,81", "cells_for_pixels"),
        (ANCHOR, "30, 61", "one_based_index"),
        (ANCHOR, "59, 119", "other_anchor"),
        (ANCHOR, "33 x 23", "other_scale"),
        (OUTPUT, "387", "correct"),
        (OUTPUT, "388", "one_based_index"),
        (OUTPUT, "747", "height_width_swapped"),
        (OUTPUT, "587", "interleaved_layout"),
        (OUTPUT, "779", "other_block_order"),
        (BOX, "1232", "other_box"),
        (BOX, "1236", "correct"),
        (WEIGHT, "16x6x5x5", "correct"),
        (WEIGHT, "6x16x5x5", "index_transposed"),
        (WEIGHT, "5x5x6x16", "channels_last"),
        (WEIGHT, "1x16x6x5x5", "batch_dimension_added"),
        (WEIGHT, "16x5x5", "inputs_forgotten"),
        (WEIGHT, "6x5x5", "one_filter_only"),
        (WEIGHT, "16", "other_parameter"),
        (WEIGHT, "6x3x5x5", "neighbour_layer"),
        (FREEZE, "3.06 M", "correct"),
        (FREEZE, "4171456", "frozen_for_trainable"),
        (FREEZE, "7235389", "whole_network_counted"),
        (FREEZE, "2932349", "one_layer_off"),
        (FREEZE, "19980797", "other_model_size"),
        (CONFIG, "0,50", "correct"),
        (CONFIG, "0.33", "depth_width_swapped"),
        (CONFIG, "0.75", "other_model_size"),
        (CONFIG | {"field": "layers"}, "24", "last_index_for_count"),
        (CONFIG | {"field": "layers"}, "10", "other_setting"),
        (DATASET, "10 classes", "correct"),
        (DATASET, "9", "last_index_for_count"),
        (DATASET, "11", "background_counted"),
        (DATASET, "80", "other_dataset"),
        (LIST, DATA, "correct"),
        (LIST, DATA_WITHOUT_ACTIVATIONS, "activations_not_listed"),
        (LIST, DATA.replace("1x400\n", ""), "flatten_not_listed"),
        (LIST, DATA.removeprefix("1x3x32x32\n"), "input_not_listed"),
        (LIST, DATA.replace("1x6x14x14\n", ""), "line_missing"),
        (LIST, PADDED, "padding_assumed"),
        (LIST, DATA.replace("1x6x14x14", "1x6x15x15"), "some_lines_wrong"),
        (LIST, "\n".join(line.removeprefix("1x") for line in DATA.split("\n")), "batch_dimension_missing"),
        (LIST | {"of": "parameters"}, PARAMETERS, "correct"),
        (LIST | {"of": "parameters"}, "6x3x5x5\n16x6x5x5\n120x400\n84x120\n10x84", "bias_forgotten"),
        (LIST | {"of": "parameters"}, PARAMETERS.replace("120x400", "400x120"), "some_lines_wrong"),
        (LIST | {"of": "parameters"}, PARAMETERS + "\n10", "line_too_many"),
    ],
    ids=str,
)
def test_a_wrong_answer_is_recognised(question: dict[str, Any], text: str, judgement: str) -> None:
    assert judged(question, text) == judgement


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (ANCHOR | {"scale": 3}, "index_out_of_range"),
        (ANCHOR | {"model": "cifar-net"}, "no_anchors"),
        (OUTPUT | {"model": "yolov5n"}, "not_tiny_yolo"),
        (OUTPUT | {"cell": [7, 0]}, "index_out_of_range"),
        (OUTPUT | {"class": 20}, "index_out_of_range"),
        (OUTPUT | {"box": 1}, "invalid_question"),
        (BOX | {"what": "z"}, "invalid_question"),
        (WEIGHT | {"name": "nope"}, "unknown_parameter"),
        (FREEZE | {"freeze": 26}, "too_many_layers"),
        (CONFIG | {"model": "cifar-net"}, "not_in_the_configuration"),
        (CONFIG | {"field": "colour"}, "invalid_question"),
        (DATASET | {"dataset": "../VOC"}, "invalid_question"),
        (DATASET | {"dataset": "Atlantis"}, "unknown_dataset"),
        (DATASET | {"fact": "weather"}, "invalid_question"),
        (LIST | {"model": "yolov5n", "image_size": 640, "of": "parameters"}, "too_long_a_list"),
        (MEMORY | {"bytes_per_value": 3}, "invalid_question"),
    ],
    ids=str,
)
def test_a_question_without_an_answer_is_refused_with_advice(question: dict[str, Any], code: str) -> None:
    with pytest.raises(SubmissionError) as refusal:
        key_of(question)
    assert refusal.value.code == code
    assert refusal.value.reason["fr"]


def test_the_outputs_of_tiny_yolo_are_each_one_thing() -> None:
    from ml.zoo.tiny_yolo_output import Asked, Layout

    layout = Layout(cells=7, boxes=2, classes=20)
    cells = [(row, column) for row in range(7) for column in range(7)]
    scores = [layout.index(Asked(row, column, "class", class_index=one)) for row, column in cells for one in range(20)]
    boxes = [
        layout.index(Asked(row, column, what, box=box))
        for row, column in cells
        for what in ("confidence", "x", "y", "w", "h")
        for box in range(2)
    ]
    assert sorted(scores + boxes) == list(range(1470))


def test_a_data_set_that_changes_makes_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader import shipped_datasets
    from grader.keys import identity

    before = grader.model_digest(DATASET)
    monkeypatch.setattr(shipped_datasets, "digest", lambda: "another release")
    identity.digest_of_kind.cache_clear()
    assert grader.model_digest(DATASET) != before
    identity.digest_of_kind.cache_clear()
