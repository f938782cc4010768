"""A hand-in from file to report through the sealed child; a child that lies is believed nothing."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from challenges.advice import mistakes
from challenges.report import Report, ReportFormatError
from fixtures.hostile.zips import TRICKS
from grader import check_hand_in
from grader.__main__ import main
from grader.errors import Cancelled, GraderError
from grader.hand_ins import checking, sentences
from grader.hand_ins.inspection import Inspection, Note, note
from grader.hand_ins.inspectors import mistakes_of_hand_ins
from tests.grader.hand_ins.making import CLASS_MAP, key_of, material_of, zipped

QUESTION: dict[str, Any] = {"kind": "label_files", "seed": 1, "class_name": "key", "classes": CLASS_MAP}
KEY = key_of(QUESTION)
HOSTILE = "tests.grader.hand_ins.hostile_child"


def written(folder: Path, data: bytes) -> dict[str, Path]:
    path = folder / "labels.zip"
    path.write_bytes(data)
    return {"labels": path}


def test_a_mess_is_judged_inside_the_walls_and_told_in_both_languages(tmp_path: Path) -> None:
    report = check_hand_in(QUESTION, KEY, written(tmp_path, zipped(material_of(QUESTION))))
    assert (report.verdict, report.mistake) == ("wrong", "label_class_zero")
    assert report.findings[0].where.endswith(".txt:1")
    assert set(report.advice) == {"fr", "en"}
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


@pytest.mark.parametrize("name", ["a bomb", "up and out", "a link", "a size that is a lie", "an invisible name"])
def test_a_hostile_zip_is_malformed_and_says_why(name: str, tmp_path: Path) -> None:
    report = check_hand_in(QUESTION, KEY, written(tmp_path, TRICKS[name][0]()))
    assert (report.verdict, report.mistake, report.findings) == ("malformed", None, ())
    assert report.advice["en"] != report.advice["fr"]


def test_a_file_that_is_too_large_is_never_opened_by_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PROGRAM", "no.such.program")
    files = written(tmp_path, b"")
    os.truncate(files["labels"], 9 << 20)
    report = check_hand_in(QUESTION, KEY, files)
    assert report.verdict == "malformed"
    assert "8 MB" in report.advice["en"]


def test_nothing_handed_in_is_malformed() -> None:
    assert check_hand_in(QUESTION, KEY, {}).verdict == "malformed"


def test_a_file_of_ours_that_is_gone_is_our_failure(tmp_path: Path) -> None:
    with pytest.raises(GraderError) as failure:
        check_hand_in(QUESTION, KEY, {"labels": tmp_path / "gone.zip"})
    assert str(tmp_path) not in str(failure.value)


def test_missing_walls_are_our_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"accepts_jobs": False, "weak": False, "why": {"en": "no walls", "fr": "pas de murs"}}
    monkeypatch.setattr("grader.report.seal_report", lambda: refused)
    with pytest.raises(GraderError):
        check_hand_in(QUESTION, KEY, written(tmp_path, zipped({"a.txt": b""})))


def test_whoever_asks_to_stop_is_heard(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        check_hand_in(QUESTION, KEY, written(tmp_path, zipped({"a.txt": b""})), cancelled=lambda: True)


@pytest.mark.parametrize(
    "lie",
    [
        "unsealed", "unknown_mistake", "unknown_sentence", "invented_words", "too_many_notes", "endless_figures",
        "correct_with_a_mistake", "twice", "garbage", "silence", "forbidden",
    ],
)  # fmt: skip
def test_a_captured_child_is_believed_nothing(
    lie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(checking, "PROGRAM", HOSTILE)
    files = written(tmp_path, lie.encode())
    if lie == "unsealed":
        with pytest.raises(GraderError):
            check_hand_in(QUESTION, KEY, files)
        return
    report = check_hand_in(QUESTION, KEY, files)
    assert report.verdict == "malformed"
    assert report.advice["en"] == sentences.UNREADABLE["stopped"][0]
    assert "sealed child" in caplog.text


def test_a_child_that_breaks_is_our_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PROGRAM", HOSTILE)
    with pytest.raises(GraderError) as failure:
        check_hand_in(QUESTION, KEY, written(tmp_path, b"broken"))
    assert "while inspecting" in str(failure.value)


@pytest.mark.parametrize("code", sentences.SENTENCES)
def test_every_sentence_has_the_same_facts_in_both_languages(code: str) -> None:
    english, french = sentences.SENTENCES[code]
    assert sentences.facts_of(english) == sentences.facts_of(french)
    assert english != french


def test_a_fact_is_text_and_never_a_template() -> None:
    told = sentences.sentence(note("spaces_in_name", "", path="{0.__class__} <b>"))
    assert "{0.__class__} <b>" in told["en"]


def test_every_mistake_that_an_inspection_may_name_has_its_advice() -> None:
    assert mistakes_of_hand_ins() <= set(mistakes())


def test_an_unknown_sentence_or_mistake_is_a_lie() -> None:
    with pytest.raises(ValueError, match="unknown sentence"):
        sentences.sentence(Note("invented"))
    with pytest.raises(ValueError, match="unknown mistake"):
        checking.report_of("label_files", Inspection("wrong", "invented"))
    assert "invented" not in mistakes()


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2}, {"verdict": "maybe"}, {"advice": {"en": "x"}}, {"findings": [{}] * 2}, {"figures": 3},
        {"findings": [{"where": "", "text": {"fr": "a", "en": "b"}}] * 21}, {"more": 1},
    ],
)  # fmt: skip
def test_a_stored_report_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    good = Report("correct", None, {"fr": "a", "en": "b"}).to_json()
    assert Report.from_json(good).verdict == "correct"
    with pytest.raises(ReportFormatError):
        Report.from_json({**good, **change})


def test_a_hand_in_is_checked_by_hand_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = written(tmp_path, zipped(material_of(QUESTION)))
    assert main(["check", json.dumps(QUESTION), "--file", f"labels={files['labels']}", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["mistake"]) == ("wrong", "label_class_zero")
    assert told["findings"]
    assert main(["check", json.dumps(QUESTION), "--file", f"labels={files['labels']}"]) == 0
    assert ".txt:1: The class is still 0." in capsys.readouterr().out


@pytest.mark.parametrize("word", ["labels", "labels=", "labels=nowhere.zip", "weights=x", "=x"])
def test_a_file_that_is_not_there_is_refused_on_the_command_line(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", json.dumps(QUESTION), "--file", word]) == 2
    assert "refused:" in capsys.readouterr().err
