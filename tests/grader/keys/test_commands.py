"""``python -m grader key`` and ``check``, as people and scripts call them."""

import json
from pathlib import Path

import pytest

from grader.__main__ import main

QUESTION = '{"kind": "tensor_shape", "model": "yolov5n", "image_size": [320, 320], "layer": 17}'
UNTRAINED = '{"kind": "weight_value", "model": "yolov5n", "name": "model.0.conv.weight", "index": [0, 0, 0, 0]}'


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_a_key_is_one_json_object_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", QUESTION, "--json"]) == 0
    out, _ = said(capsys)
    key = json.loads(out)
    assert key["truth"] == [1, 64, 40, 40]
    assert {"channels_last", "neighbour_layer"} <= {mistake["code"] for mistake in key["mistakes"]}


def test_a_question_may_be_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "question.json"
    file.write_text(QUESTION, encoding="utf-8")
    assert main(["key", str(file)]) == 0
    out, _ = said(capsys)
    assert out.startswith("truth: 1 × 64 × 40 × 40\n")


@pytest.mark.parametrize(
    ("answer", "verdict", "mistake"),
    [
        ("1x64x40x40", "correct", None),
        ("(64, 40, 40)", "wrong", "batch_dimension_missing"),
        ("1x2x3", "wrong", None),
        ("sixty-four", "malformed", None),
    ],
)
def test_an_answer_is_judged(
    answer: str, verdict: str, mistake: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", QUESTION, answer, "--json"]) == 0
    found = json.loads(said(capsys)[0])
    assert (found["verdict"], found["mistake"]) == (verdict, mistake)
    assert set(found["advice"]) == {"fr", "en"}


@pytest.mark.parametrize("words", [["--json", "-0,5"], ["-0,5", "--json"], ["--json", "0.5"]])
def test_a_negative_answer_is_an_answer_and_no_option(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", UNTRAINED, *words]) == 0
    assert json.loads(said(capsys)[0])["verdict"] == "wrong"


def test_many_answers_are_judged_in_order_and_a_bad_line_says_so_in_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = json.loads(QUESTION)
    lines = [
        json.dumps({"question": question, "answer": "1x64x40x40"}),
        "not json",
        "",
        json.dumps({"question": question, "answer": 12}),
        json.dumps({"question": question | {"layer": 99}, "answer": "1"}),
        json.dumps({"question": question, "answer": "1x40x40x64"}),
    ]
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert main(["check", "--lines", str(file)]) == 2
    out, err = said(capsys)
    judged = [json.loads(line) for line in out.splitlines()]
    assert [line["verdict"] for line in judged] == ["correct", None, None, None, "wrong"]
    assert judged[-1]["mistake"] == "channels_last"
    assert [line.split(":")[1] for line in err.splitlines()] == [" line 2", " line 4", " line 5"]


def test_good_lines_end_with_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(json.dumps({"question": json.loads(QUESTION), "answer": "?"}) + "\n", encoding="utf-8")
    assert main(["check", "--lines", str(file), "--json"]) == 0
    assert json.loads(said(capsys)[0])["verdict"] == "malformed"


@pytest.mark.parametrize(
    "words",
    [
        ["key", "/no/such/question.json"],
        ["key", "{"],
        ["key", '{"kind": "riddle", "model": "yolov5s"}'],
        ["key", "[" * 100_000],
        ["key", '{"a":' * 5_000],
        ["key", '{"kind": "parameter_count", "model": "yolov5z"}'],
        ["check", QUESTION],
        ["check", QUESTION, "1", "2"],
        ["check", QUESTION, "--lines", "file"],
        ["check", "--lines", "/no/such/file.jsonl"],
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_what_is_refused_says_so_in_one_line_and_no_traceback(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    out, err = said(capsys)
    assert out == ""
    assert err.startswith("refused: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["riddle"], ["key"], ["key", "a", "b"], ["check", "--nope"]])
def test_words_that_no_command_knows_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert said(capsys)[1].startswith("refused: ")


def test_our_own_failure_has_an_id_and_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("our secret")

    monkeypatch.setattr("grader.commands.key.make_answer_key", fail)
    assert main(["key", QUESTION]) == 1
    out, err = said(capsys)
    assert out == ""
    assert err.startswith("failed: an error of ours, ")
    assert "Traceback" not in err
    assert "our secret" not in err


@pytest.mark.parametrize("words", [["--help"], ["key", "--help"], ["check", "--help"], ["run", "--help"]])
def test_every_command_explains_itself(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 0
    assert "usage: python -m grader" in said(capsys)[0]
