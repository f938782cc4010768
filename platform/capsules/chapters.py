"""Chapters as a pair types them, one a line: "0:00 Introduction". Pure."""

from typing import Final, NamedTuple

from capsules import refusals
from capsules.timecodes import as_time, read_time

MOST: Final = 40
LONGEST_TITLE: Final = 80


class Line(NamedTuple):
    at_seconds: float
    title: str


def read_chapters(text: str, *, duration_seconds: float | None = None) -> list[Line]:
    """Raises Refusal, with the line's number, for what is not a time and a title, or goes back, or past the end."""
    found: list[Line] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if len(found) == MOST:
            raise refusals.too_many_chapters(MOST)
        found.append(_read(number, line, found[-1].at_seconds if found else -1.0, duration_seconds))
    return found


def _read(number: int, line: str, before: float, duration_seconds: float | None) -> Line:
    time, _space, rest = line.strip().partition(" ")
    title = "".join(c for c in rest if c.isprintable()).strip(" -–—:")
    at = read_time(time) if ":" in time else None
    if at is None or not title or len(title) > LONGEST_TITLE:
        raise refusals.no_chapter(number, LONGEST_TITLE)
    if at <= before:
        raise refusals.chapters_go_back(number)
    if duration_seconds is not None and at >= duration_seconds:
        raise refusals.chapter_past_the_end(number)
    return Line(at, title)


def as_text(lines: list[Line]) -> str:
    """What the field shows: read_chapters reads it back."""
    return "".join(f"{as_time(line.at_seconds)} {line.title}\n" for line in lines)
