"""Subtitles: WebVTT (or SubRip) read strictly and written anew, so that what is served is ours to the last byte. Pure.

Sources: https://www.w3.org/TR/webvtt1/ for the syntax. Kept: times, text, bold, italic and underlined words, who
speaks (as "Name: "), and where the lines stand. Dropped: notes, style sheets, regions, classes, languages, karaoke.
"""

import html
import re
from dataclasses import dataclass
from typing import Final

from capsules import refusals

LIMIT_BYTES: Final = 2**20
MOST_CUES: Final = 5000
LONGEST_CUE: Final = 1000

_STAMP: Final = re.compile(r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)[.,](\d{3})", re.ASCII)
_TIMES: Final = re.compile(r"(\S+)[ \t]+-->[ \t]+(\S+)(?:[ \t]+(.*))?", re.ASCII)
_SETTING: Final = re.compile(
    r"align:(?:start|center|end|left|right)|(?:line|position|size):-?\d{1,3}(?:\.\d{1,2})?%?", re.ASCII
)
_SPEAKER: Final = re.compile(r"<v(?:\.[^ \t>]*)?[ \t]+([^<>]{1,80})>")
_DROPPED: Final = re.compile(r"</?(?:c|lang|ruby|rt|v)(?:[.\s][^<>]*)?>|<[\d:.]+>")
_KEPT: Final = re.compile(r"&lt;(/?[biu])(?:\.[\w.-]*)?&gt;", re.ASCII)
_BLOCKS: Final = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True)
class Cue:
    """``lines`` are HTML-escaped but for <b>, <i>, <u>; ``settings`` are the ones that are kept."""

    start_seconds: float
    end_seconds: float
    lines: tuple[str, ...]
    settings: str = ""


def read_captions(content: bytes) -> list[Cue]:
    """The cues in the order of their file. Raises Refusal, with the line's number, for what is no WebVTT."""
    if len(content) > LIMIT_BYTES:
        raise refusals.captions_too_large(LIMIT_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusals.captions_not_utf8() from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    start = _after_header(lines)
    cues: list[Cue] = []
    for number, block in _blocks(lines, start):
        cue = _cue(number, block)
        if cue is not None:
            cues.append(cue)
        if len(cues) > MOST_CUES:
            raise refusals.too_many_cues(MOST_CUES)
    if not cues:
        raise refusals.no_captions()
    return cues


def as_webvtt(cues: list[Cue]) -> str:
    """What is served; read_captions reads it back."""
    parts = ["WEBVTT\n"]
    for cue in cues:
        times = f"{_written(cue.start_seconds)} --> {_written(cue.end_seconds)} {cue.settings}".rstrip()
        parts.append("\n".join([times, *cue.lines]) + "\n")
    return "\n".join(parts)


def _after_header(lines: list[str]) -> int:
    """The first line of the cues. A SubRip file begins with a number and a time, and has no header."""
    first = lines[0]
    if first == "WEBVTT" or first.startswith(("WEBVTT ", "WEBVTT\t")):
        return next((at for at, line in enumerate(lines) if not line.strip()), len(lines))
    if first.strip().isdigit() and len(lines) > 1 and _TIMES.fullmatch(lines[1].strip()):
        return 0
    raise refusals.no_captions()


def _blocks(lines: list[str], start: int) -> list[tuple[int, list[str]]]:
    """(number of its first line, lines) of each run of lines that are not blank."""
    found: list[tuple[int, list[str]]] = []
    is_open = False
    for number, line in enumerate(lines[start:], start + 1):
        if not line.strip():
            is_open = False
        elif is_open:
            found[-1][1].append(line)
        else:
            found.append((number, [line]))
            is_open = True
    return found


def _cue(number: int, block: list[str]) -> Cue | None:
    at = next((at for at, line in enumerate(block[:2]) if "-->" in line), None)
    if at is None:
        if block[0].split(None, 1)[0] in _BLOCKS:
            return None
        raise refusals.bad_cue(number)
    times = _TIMES.fullmatch(block[at].strip())
    start, end = (_seconds(times[1]), _seconds(times[2])) if times else (None, None)
    if times is None or start is None or end is None or end <= start:
        raise refusals.bad_cue(number + at)
    spoken = block[at + 1 :]
    if sum(map(len, spoken)) > LONGEST_CUE:
        raise refusals.cue_too_long(number + at, LONGEST_CUE)
    settings = " ".join(word for word in (times[3] or "").split() if _SETTING.fullmatch(word))
    return Cue(start, end, tuple(filter(None, map(_harmless, spoken))), settings)


def _harmless(line: str) -> str:
    """A line of a cue as text, with the three tags that are kept; whatever else looks like a tag is shown as typed."""
    plain = html.unescape(_DROPPED.sub("", _SPEAKER.sub(lambda found: f"{found[1].strip()}: ", line)))
    printable = "".join(c for c in plain if c.isprintable() or c in "\u200e\u200f").strip()
    return _KEPT.sub(r"<\1>", html.escape(printable, quote=False))


def _seconds(stamp: str) -> float | None:
    found = _STAMP.fullmatch(stamp)
    if found is None:
        return None
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]) + int(found[4]) / 1000


def _written(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{rest:03}"
