"""Keys on their way to the database and back, and questions as programs send them."""

import json
from typing import Any

import pytest

from challenges.key import AnswerKey, KeyFormatError, Material, Mistake, Value
from challenges.questions import QuestionError, checked

QUESTION = {"kind": "tensor_shape", "model": "yolov5s", "image_size": [512, 512], "layer": 17}


@pytest.mark.parametrize("truth", [(1, 128, 64, 64), 7_235_389, -0.0123, "SiLU", ("a", "b"), ((1, 0.5), (2, 0.25))])
def test_a_key_survives_json(truth: Value) -> None:
    key = AnswerKey(QUESTION, "sha256:0", truth, (Mistake("sign", truth, "why"),), collides=True, notes=("a note",))
    assert AnswerKey.from_json(json.loads(json.dumps(key.to_json()))) == key


def test_a_key_survives_json_with_the_file_made_for_it() -> None:
    key = AnswerKey(QUESTION, "sha256:0", (), material=Material("labels.zip", "ab.zip", 3, "sha256:ab"))
    assert AnswerKey.from_json(json.loads(json.dumps(key.to_json()))) == key


def test_a_key_written_before_there_were_materials_is_read() -> None:
    data = AnswerKey(QUESTION, "sha256:0", 1).to_json()
    del data["material"]
    assert AnswerKey.from_json(data).material is None


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"truth": {"a": 1}},
        {"truth": True},
        {"truth": [[1], [None]]},
        {"truth": [1, True]},
        {"truth": None},
        {"mistakes": [{"code": "sign"}]},
        {"mistakes": 3},
        {"question": None},
        {"material": {"name": "a.zip"}},
    ],
)
def test_a_key_that_we_did_not_write_is_refused(change: dict[str, Any]) -> None:
    data = AnswerKey(QUESTION, "sha256:0", 1).to_json() | change
    with pytest.raises(KeyFormatError):
        AnswerKey.from_json(data)


def test_a_side_alone_is_a_square_and_empty_fields_are_none() -> None:
    question = {"kind": "operation_count", "model": "yolov5s", "image_size": 640, "layer": None, "count": "macs"}
    assert checked(question) == {
        "kind": "operation_count",
        "model": "yolov5s",
        "image_size": [640, 640],
        "count": "macs",
    }


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (None, "JSON object"),
        ([], "JSON object"),
        ({}, "“kind” is one of"),
        ({"kind": ["tensor_shape"]}, "“kind” is one of"),
        ({"kind": "parameter_count"}, "“model” is missing"),
        ({"kind": "parameter_count", "model": ""}, "“model” is a name"),
        ({"kind": "parameter_count", "model": "a\0b"}, "“model” is a name"),
        ({"kind": "parameter_count", "model": "yolov5s", "laier": 1}, "has no “laier”"),
        ({"kind": "parameter_count", "model": "yolov5s", "layer": -1}, "“layer” is"),
        ({"kind": "parameter_count", "model": "yolov5s", "layer": True}, "“layer” is"),
        ({"kind": "parameter_count", "model": "yolov5s", "classes": 0}, "“classes” is"),
        ({"kind": "parameter_count", "model": "yolov5s", "fused": 1}, "“fused” is"),
        ({"kind": "parameter_count", "model": "yolov5s", "digits": "many"}, "“digits” is"),
        (QUESTION | {"image_size": [512]}, "“image_size” is"),
        (QUESTION | {"image_size": [512, 10**9]}, "“image_size” is"),
        (QUESTION | {"image_size": [512, 51.2]}, "“image_size” is"),
        (QUESTION | {"image_size": True}, "“image_size” is"),
        (QUESTION | {"head": "both"}, "“head” is"),
        ({"kind": "weight_value", "model": "course", "index": [1]}, "one of them"),
        ({"kind": "weight_value", "model": "course", "index": [1], "name": "a", "layer": 1}, "one of them"),
        ({"kind": "weight_value", "model": "course", "index": [-1], "name": "a"}, "“index” is"),
        ({"kind": "weight_value", "model": "course", "index": "00", "name": "a"}, "“index” is"),
        ({"kind": "operation_count", "model": "yolov5s", "image_size": 640, "count": "joules"}, "“count” is"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_both_languages(question: object, message: str) -> None:
    with pytest.raises(QuestionError) as refusal:
        checked(question)
    assert message in refusal.value.reason["en"]
    assert refusal.value.reason["fr"] != refusal.value.reason["en"]
