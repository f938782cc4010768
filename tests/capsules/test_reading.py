"""What people type and send beside a film: subtitles, chapters, moments, drawings, and how long it should be."""

import json
from typing import Any

import pytest

from accounts.errors import Refusal
from capsules.captions import LIMIT_BYTES, as_webvtt, read_captions
from capsules.chapters import Line, as_text, read_chapters
from capsules.drawing import as_path, read_drawing
from capsules.lengths import Lengths, verdict
from capsules.timecodes import as_time, read_moment, read_time

ADVICE = Lengths(shortest=300, ideal_low=540, ideal_high=660, longest=1200)
CUE = "00:01.000 --> 00:02.500"


# --- lengths and moments ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (590, "fine"),  # 9:50
        (692, "long"),  # 11:32 passes
        (180, "too_short"),  # 3:00
        (2700, "too_long"),  # 45:00
        (0, "too_short"),
        (299.99, "too_short"),
        (300, "short"),
        (539.9, "short"),
        (540, "fine"),
        (660, "fine"),
        (660.1, "long"),
        (1200, "long"),
        (1200.1, "too_long"),
    ],
)
def test_the_advice_on_a_length(seconds: float, expected: str) -> None:
    assert verdict(seconds, ADVICE) == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:00", 0), ("1:23", 83), (" 1:23.5 ", 83.5), ("1:02:03,250", 3723.25), ("90", 90), ("90:00", 5400)],
)
def test_a_moment_as_people_write_it(text: str, seconds: float) -> None:
    assert read_time(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "1:60", "1:2", "-1:00", "1:75:00", "١:٢٣", "1:23:", "NaN", "1e3", "soon", "1" * 6]
)
def test_what_is_no_moment(text: str) -> None:
    assert read_time(text) is None


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "1e9", "", "1:23", "0x10"])
def test_what_no_page_of_ours_sends_as_a_moment(text: str) -> None:
    assert read_moment(text) is None


def test_a_moment_is_cut_as_players_do() -> None:
    assert [as_time(seconds) for seconds in (0, 59.99, 60, 83.4, 3723)] == ["0:00", "0:59", "1:00", "1:23", "1:02:03"]
    assert read_moment("83.24999") == 83.25


# --- chapters ---------------------------------------------------------------------------------------------------------


def test_chapters_are_a_time_and_a_title_a_line() -> None:
    lines = read_chapters("0:00 Introduction\r\n\n 1:40 - Nos données : 14 classes \n1:00:00 <b>Fin</b>\n")
    assert lines == [Line(0, "Introduction"), Line(100, "Nos données : 14 classes"), Line(3600, "<b>Fin</b>")]
    assert read_chapters(as_text(lines)) == lines
    assert read_chapters("  \n") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Introduction", "no_chapter"),
        ("0:00", "no_chapter"),
        ("83 Introduction", "no_chapter"),
        ("0:00 " + "x" * 81, "no_chapter"),
        ("0:00 A\n0:00 B", "chapters_go_back"),
        ("1:00 A\n0:30 B", "chapters_go_back"),
        ("0:00 A\n9:51 B", "chapter_past_the_end"),
        ("\n".join(f"{minute}:00 A" for minute in range(41)), "chapter_past_the_end"),
    ],
)
def test_what_is_no_list_of_chapters(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_chapters(text, duration_seconds=590)
    assert refused.value.code == code


def test_there_are_forty_chapters_at_most() -> None:
    assert len(read_chapters("\n".join(f"{minute}:00 A" for minute in range(40)))) == 40
    with pytest.raises(Refusal, match="too_many_chapters"):
        read_chapters("\n".join(f"{minute}:00 A" for minute in range(41)))


# --- subtitles --------------------------------------------------------------------------------------------------------


def served(body: str) -> str:
    return as_webvtt(read_captions(f"WEBVTT\n\n{CUE}\n{body}\n".encode()))


def test_ordinary_subtitles_come_out_as_they_are() -> None:
    text = (
        "WEBVTT - ours\nKind: captions\n\nNOTE a note\n\nSTYLE\n::cue { color: red }\n\n"
        "first\n00:00:01.000 --> 00:00:02.500 line:0 align:start evil:url(x)\nOne\nTwo\n\n"
        "01:02.000 --> 01:03.000\nThree\n"
    )
    cues = read_captions(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert [(cue.start_seconds, cue.end_seconds, cue.lines) for cue in cues] == [
        (1, 2.5, ("One", "Two")), (62, 63, ("Three",)),
    ]  # fmt: skip
    said = as_webvtt(cues)
    assert "00:00:01.000 --> 00:00:02.500 line:0 align:start\nOne\nTwo\n" in said
    assert "evil" not in said
    assert "STYLE" not in said
    assert read_captions(said.encode()) == cues


def test_an_srt_is_taken_too() -> None:
    cues = read_captions(b"1\n00:00:01,000 --> 00:00:02,500\nBonjour\n\n2\n00:00:03,000 --> 00:00:04,000\nVoici\n")
    assert [cue.lines for cue in cues] == [("Bonjour",), ("Voici",)]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<b>bold</b> <i.loud>it</i>", "<b>bold</b> <i>it</i>"),
        ("<v Marie Curie>Hello", "Marie Curie: Hello"),
        ("<c.yellow>One</c> <00:00:01.500>two", "One two"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ("&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;"),
        ("<b onclick=x>bold</b>", "&lt;b onclick=x&gt;bold</b>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("nul\0 bell\a", "nul bell"),
        ("<v <b>x</b>>y", "&lt;v <b>x</b>&gt;y"),
    ],
)
def test_a_subtitle_is_text_with_three_tags_at_most(body: str, shown: str) -> None:
    said = served(body)
    assert said.endswith(f"{shown}\n")
    assert as_webvtt(read_captions(said.encode())) == said


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_captions"),
        (b"WEBVTT", "no_captions"),
        (b"WEBVTTX\n\n00:01.000 --> 00:02.000\nx", "no_captions"),
        (b"\x89PNG\r\n\x1a\n", "captions_not_utf8"),
        ("WEBVTT\n\né".encode("latin-1"), "captions_not_utf8"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no_captions"),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nx", "bad_cue"),
        (b"WEBVTT\n\n00:01.000 -> 00:02.000\nx", "bad_cue"),
        (b"WEBVTT\n\n00:99.000 --> 00:02.000\nx", "bad_cue"),
        (b"WEBVTT\n\na\nb\nc", "bad_cue"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"x" * 1001, "cue_too_long"),
        (b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\nx\n\n" * 5001, "too_many_cues"),
        (b"WEBVTT\n\n" + b"x" * LIMIT_BYTES, "captions_too_large"),
    ],
)
def test_what_are_no_subtitles(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_captions(content)
    assert refused.value.code == code


def test_a_refused_subtitle_is_named_by_its_line() -> None:
    with pytest.raises(Refusal, match="Line 7 "):
        read_captions(f"WEBVTT\n\n{CUE}\none\n\ntwo\n00:09.000 --> 00:08.000\nx\n".encode())


# --- drawings ---------------------------------------------------------------------------------------------------------

PEN = {"tool": "pen", "points": [[0, 0], [0.25, 0.5], [1, 1]]}
BOX = {"tool": "box", "points": [[0.5, 0.5], [0.75, 1]]}
ARROW = {"tool": "arrow", "points": [[0, 0.5], [0.5, 0.5]]}


def test_a_drawing_is_read_and_put_on_a_frame() -> None:
    shapes = read_drawing(json.dumps([{**PEN, "colour": "url(#x)"}, BOX, ARROW]))
    assert shapes == [PEN, BOX, ARROW]
    path = as_path(shapes, width=200, height=100)
    assert path.startswith("M0.0 0.0L50.0 50.0L200.0 100.0 M100.0 50.0L150.0 50.0L150.0 100.0L100.0 100.0Z M0.0 50.0L")
    assert "100.0 50.0" in path.rsplit("M", 1)[1]  # the arrow's head ends at its point
    assert read_drawing("  ") == []
    assert as_path([], width=200, height=100) == ""


@pytest.mark.parametrize(
    "said",
    [
        {}, 3, "pen", [3], [{}], [{**PEN, "tool": "spray"}], [{**PEN, "points": [[0, 0]]}], [{**PEN, "points": "x"}],
        [{**PEN, "points": [[0, 0], [1.01, 0]]}], [{**PEN, "points": [[0, 0], [-0.1, 0]]}],
        [{**PEN, "points": [[0, 0], [True, 0]]}], [{**PEN, "points": [[0, 0], ["0", 0]]}],
        [{**PEN, "points": [[0, 0], [float("nan"), 0]]}], [{**PEN, "points": [[0, 0], [float("inf"), 0]]}],
        [{**PEN, "points": [[0, 0, 0], [1, 1, 1]]}], [{**BOX, "points": [[0, 0], [1, 1], [0, 1]]}],
        [{**PEN, "points": [[0, 0]] * 501}], [PEN] * 21, [{**PEN, "tool": ["pen"]}],
    ],
)  # fmt: skip
def test_what_is_no_drawing(said: Any) -> None:
    with pytest.raises(Refusal, match="no_drawing"):
        read_drawing(json.dumps(said))


@pytest.mark.parametrize("text", ["{", "[" * 5000, "x" * 200_001])
def test_what_is_not_even_json(text: str) -> None:
    with pytest.raises(Refusal, match="no_drawing"):
        read_drawing(text)
