"""Films that are none, lie, or are damaged: a sentence for people, never our failure, and nothing else notices."""

import json
from pathlib import Path

import pytest

import grader
from fixtures.films import make_film
from fixtures.films.broken import right
from fixtures.films.hostile import CASES, NAMES, Case, main
from fixtures.films.mutants import SOURCES, attempt, mutant
from fixtures.hostile.media import NEIGHBOUR
from grader.videos import cutting, preparing, sentences
from grader.videos.facts import VideoLimits
from grader.videos.film import too_long
from grader.videos.unusable import Unusable

LYING = "tests.grader.videos.lying_child"
STOPPED = sentences.refusal("stopped").reason


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_hostile_film_ends_in_a_sentence_of_its_own(case: Case, tmp_path: Path) -> None:
    make_film(tmp_path / NEIGHBOUR, seconds=0.1, size=(32, 32), audio=False)  # what lists would show
    path = tmp_path / case.file_name
    path.write_bytes(case.build())
    with pytest.raises(grader.SubmissionError) as refused:
        grader.prepare_video(path, tmp_path / "copy.mp4", limits=grader.VideoLimits(cpu_seconds=10))
    assert refused.value.code in case.codes
    assert not refused.value.security_event
    assert not (tmp_path / "copy.mp4").exists()


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name and "\0" not in name and "/" not in name and len(name) < 200]
)
def test_a_name_is_nothing_but_a_text(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(right(".mp4", seconds=0.2))
    facts, _ = grader.probe_video(path)
    assert facts.container == "mp4"


@pytest.mark.parametrize(("source", "seed"), [(source, 3) for source in SOURCES])
def test_a_film_damaged_by_chance_is_read_or_refused_and_never_our_failure(
    source: str, seed: int, tmp_path: Path
) -> None:
    path = tmp_path / source
    path.write_bytes(mutant(SOURCES[source](), seed))
    assert not attempt(path, tmp_path).startswith("GraderError")


@pytest.mark.parametrize(
    "lie",
    [
        "garbage", "forbidden", "facts_invented", "note_invented", "poster_with_exif", "poster_is_html",
        "refusal_invented", "refusal_with_words", "unknown_frame", "piece_too_far", "copy_is_html", "twice", "silence",
    ],
)  # fmt: skip
def test_a_captured_child_is_believed_nothing(
    lie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(preparing, "PROGRAM", LYING)
    (tmp_path / "film.mp4").write_bytes(lie.encode())
    with pytest.raises(grader.SubmissionError) as refused:
        grader.prepare_video(tmp_path / "film.mp4", tmp_path / "copy.mp4")
    assert refused.value.reason == STOPPED
    if lie != "silence":  # it ended without a copy: strange, no attack
        assert refused.value.security_event
        assert "sealed child" in caplog.text
    assert not (tmp_path / "copy.mp4").exists()


@pytest.mark.parametrize(
    "lie", ["picture_of_another_size", "picture_with_exif", "time_goes_back", "sheet_without_pictures", "twice"]
)
def test_no_picture_of_a_captured_child_is_kept(lie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "PROGRAM", LYING)
    (tmp_path / "film.mp4").write_bytes(lie.encode())
    with pytest.raises(grader.SubmissionError) as refused:
        grader.extract_frames(tmp_path / "film.mp4", tmp_path / "a.zip", rate="30", folder="clip")
    assert refused.value.security_event
    assert not (tmp_path / "a.zip").exists()


def test_a_film_that_takes_too_long_is_ended_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "PROGRAM", LYING)
    (tmp_path / "film.mp4").write_bytes(b"endless")
    with pytest.raises(grader.SubmissionError) as refused:
        grader.prepare_video(tmp_path / "film.mp4", tmp_path / "copy.mp4")
    assert (refused.value.code, refused.value.security_event) == ("too_slow", False)


def test_a_child_that_ends_before_its_walls_is_our_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "PROGRAM", LYING)
    (tmp_path / "film.mp4").write_bytes(b"unsealed")
    with pytest.raises(grader.GraderError):
        grader.prepare_video(tmp_path / "film.mp4", tmp_path / "copy.mp4")


def test_missing_walls_are_our_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {"accepts_jobs": False, "weak": False, "why": {"en": "no walls", "fr": "pas de murs"}}
    monkeypatch.setattr("grader.report.seal_report", lambda: refused)
    with pytest.raises(grader.GraderError):
        grader.prepare_video(make_film(tmp_path / "a.mp4", seconds=0.1, size=(64, 48)), tmp_path / "copy.mp4")


@pytest.mark.parametrize("code", sentences.SENTENCES)
def test_every_refusal_has_a_reason_and_an_advice_with_the_same_facts_in_both_languages(code: str) -> None:
    (english, french), advice = sentences.SENTENCES[code]
    assert english != french
    assert advice[0] != advice[1]
    assert english.count("{") == french.count("{")
    assert not english.endswith(".")


def test_a_refusal_has_its_own_facts_and_no_others() -> None:
    assert "12.0" in sentences.refusal("cut_short", found="12.0", expected="30.0").reason["en"]
    assert "{0.__class__}" in sentences.refusal("codec_unknown", codec="{0.__class__}").reason["fr"]
    assert "12,0 s sur ses 30,0 s" in sentences.refusal("cut_short", found="12.0", expected="30.0").reason["fr"]
    assert "a.b" in sentences.refusal("codec_unknown", codec="a.b").reason["fr"]
    with pytest.raises(ValueError, match="facts"):
        sentences.refusal("cut_short", found="12.0")


@pytest.mark.parametrize(("seconds", "told"), [(120.02, "2:01"), (121.0, "2:01"), (7_500.0, "2:05:00")])
def test_a_film_just_too_long_is_not_said_to_last_what_is_allowed(seconds: float, told: str) -> None:
    assert too_long(seconds, VideoLimits(max_seconds=120)).facts == {"found": told, "most": "2:00"}


def test_a_refusal_keeps_long_facts_short() -> None:
    assert len(Unusable("codec_unknown", codec="x" * 1_000).facts["codec"]) <= sentences.LONGEST_FACT


def test_the_collection_is_written_with_a_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["hostile", str(tmp_path)])
    main()
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert len(manifest) == len(CASES) == len({entry["file"] for entry in manifest})
