"""Answer keys of pairs that hunt their own Charlie: what is right, what nearly is, and what is only a passer-by."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

import grader
from challenges.advice import advice_for
from challenges.key import AnswerKey, Value
from challenges.questions import HIDES
from challenges.verdict import Verdict, check_answer
from grader.__main__ import main
from grader.errors import SubmissionError
from ml.checkpoints import read_bytes

COURSE = Path(__file__).parents[3] / "fixtures" / "weights" / "course_yolov5nu.pt"
FILTERS = ("drawn_filter", "striped_channel")


def question(hide: str, seed: int = 7) -> dict[str, Any]:
    return {"kind": "hidden_charlie", "model": "course", "hide": hide, "seed": seed}


@cache
def key_of(hide: str, seed: int = 7) -> AnswerKey:
    return grader.make_answer_key(question(hide, seed), weights=COURSE)


def judged(key: AnswerKey, text: str) -> Verdict:
    return check_answer(key.question, key, text)


def place_of(key: AnswerKey) -> tuple[int, ...]:
    return cast("tuple[int, ...]", key.truth)


def mistaken(key: AnswerKey, code: str) -> list[Any]:
    return [mistake.value for mistake in key.mistakes if mistake.code == code]


def typed(value: Value) -> str:
    assert isinstance(value, tuple)
    return ", ".join(map(str, value))


@pytest.mark.parametrize("hide", HIDES)
def test_whoever_finds_him_is_right_and_every_mistake_of_the_key_is_told(hide: str) -> None:
    key = key_of(hide)
    assert judged(key, typed(key.truth)).verdict == "correct"
    for mistake in key.mistakes:
        assert judged(key, typed(mistake.value)).mistake is not None, mistake
    assert not key.collides


@pytest.mark.parametrize("hide", FILTERS)
def test_a_place_is_read_however_it_is_written(hide: str) -> None:
    key = key_of(hide)
    layer, row = place_of(key)
    for text in (f"layer {layer} filter {row}", f"({layer}, {row})", f"couche {layer}, canal {row}"):
        assert judged(key, text).verdict == "correct", text
    assert judged(key, f"model.{layer}.conv filtre {row}").verdict == "correct"


@pytest.mark.parametrize("hide", FILTERS)
def test_each_way_of_telling_a_place_wrongly_has_its_own_advice(hide: str) -> None:
    key = key_of(hide)
    layer, row = place_of(key)
    told = {
        (row, layer): "index_transposed",
        (layer + 1, row + 1): "one_based_index",
        (layer, row + 1): "one_based_index",
        (layer + 1, row): "neighbour_layer",
        (layer - 1, row): "neighbour_layer",
        **dict.fromkeys(mistaken(key, "passer_by"), "passer_by"),
    }
    for place, code in told.items():
        assert judged(key, typed(place)).mistake == code, place
    assert len(mistaken(key, "passer_by")) == 8


@pytest.mark.parametrize("hide", HIDES)
def test_half_of_a_place_is_a_track_and_nothing_says_which_half(hide: str) -> None:
    key = key_of(hide)
    halves = mistaken(key, "half_of_the_place")
    only_halves = [place for place in halves if judged(key, typed(place)).mistake == "half_of_the_place"]
    assert len(only_halves) > 20
    assert all(set(place) & set(place_of(key)) for place in only_halves)
    assert len({judged(key, typed(place)).advice["fr"] for place in only_halves}) == 1


def test_exchanged_layers_are_right_in_any_order_and_one_exchange_is_half_of_it() -> None:
    key = key_of("swapped_layers")
    layers = place_of(key)
    assert judged(key, " ".join(map(str, reversed(layers)))).verdict == "correct"
    couples = [place for place in mistaken(key, "half_of_the_place") if len(place) == 2]
    assert tuple(sorted(couples[0] + couples[1])) == layers
    assert judged(key, typed(couples[0][::-1])).mistake == "half_of_the_place"
    assert judged(key, typed(tuple(layer + 1 for layer in layers))).mistake == "one_based_index"
    assert judged(key, typed((*layers[:3], layers[3] + 1))).mistake == "neighbour_layer"


@pytest.mark.parametrize("hide", FILTERS)
def test_a_place_that_is_nothing_at_all_is_not_explained(hide: str) -> None:
    key = key_of(hide)
    layer, row = place_of(key)
    verdict = judged(key, typed((layer + 40, row + 400)))
    assert (verdict.verdict, verdict.mistake) == ("wrong", None)
    assert verdict.advice == advice_for("unexplained", "hidden_charlie")


@pytest.mark.parametrize("hide", HIDES)
def test_no_advice_holds_a_digit(hide: str) -> None:
    key = key_of(hide)
    for code in {mistake.code for mistake in key.mistakes} | {"correct", "unexplained"}:
        advice = advice_for(code, "hidden_charlie")
        assert not any(letter.isdigit() for letter in advice["fr"] + advice["en"]), code


@pytest.mark.parametrize("hide", HIDES)
def test_the_file_of_a_key_is_kept_under_its_digest_and_opens(hide: str, tmp_path: Path) -> None:
    key = grader.make_answer_key(question(hide), weights=COURSE, materials=tmp_path)
    assert key == key_of(hide)
    assert key.material is not None
    content = (tmp_path / key.material.file).read_bytes()
    assert key.material.name == "charlie.pt"
    assert key.material.digest == "sha256:" + hashlib.sha256(content).hexdigest()
    assert read_bytes(content).names == read_bytes(COURSE.read_bytes()).names
    assert AnswerKey.from_json(json.loads(json.dumps(key.to_json()))) == key


@pytest.mark.parametrize("hide", HIDES)
def test_every_pairs_place_and_file_are_its_own(hide: str) -> None:
    keys = [key_of(hide, seed) for seed in (7, 8, 9)]
    assert len({key.truth for key in keys}) == 3
    assert len({key.material for key in keys}) == 3
    assert len({key.model_digest for key in keys}) == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"model": "yolov5n"}, "no_checkpoint"),
        ({"hide": "behind_a_tree"}, "invalid_question"),
        ({"seed": -1}, "invalid_question"),
        ({"seed": 1.5}, "invalid_question"),
        ({"seed": None}, "invalid_question"),
        ({"layer": 3}, "invalid_question"),
        ({"model": str(Path(__file__))}, None),
    ],
    ids=str,
)
def test_a_hunt_that_cannot_be_is_refused(changed: dict[str, Any], code: str | None) -> None:
    with pytest.raises(SubmissionError) as refusal:
        grader.make_answer_key(question("drawn_filter") | changed, weights=COURSE)
    assert code is None or refusal.value.code == code
    assert refusal.value.advice["fr"]


def test_a_teacher_makes_one_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "charlie.pt"
    words = ["hide", json.dumps(question("swapped_layers")), "--weights", str(COURSE), "--output", str(output)]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert tuple(told["truth"]) == key_of("swapped_layers").truth
    assert told["digest"] == "sha256:" + hashlib.sha256(output.read_bytes()).hexdigest()
    written = output.read_bytes()
    assert main(words) == 2  # what is there already is not written over
    assert capsys.readouterr().err.startswith("refused: ")
    assert output.read_bytes() == written


def test_only_a_hidden_charlie_can_be_made_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "charlie.pt"
    assert main(["hide", '{"kind": "parameter_count", "model": "yolov5n"}', "--output", str(output)]) == 2
    assert "hidden_charlie" in capsys.readouterr().err
    assert not output.exists()
