"""Entries of the audit trace as people read them. Pure, but for the language and the zone that are in force."""

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from config.audit.sentences import NOBODY, name_of, reason_of, sentence_of, word_of
from courses.models import AuditEntry

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
_DECIMAL: Final = re.compile(r"-?\d+(\.\d+)?")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
NOTHING: Final = "–"
LONGEST: Final = 400
#: Where a value's keys are people, and what an entry about one is called.
ABOUT_PEOPLE: Final = "adjustments"
PERSON: Final = "person:"
#: Values that are decimal numbers, kept as texts.
NUMBERS: Final = frozenset({
    "mark", "computed", "override", "delta", ABOUT_PEOPLE, "adjustment_bound", "quests_weight", "submissions_weight",
    "capsule_weight", "per_side_point", "per_side_quest", "bonus_cap", "step",
})  # fmt: skip
Path = tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """Who reads: the language, the course's clock, and what people are called, by their number."""

    language: str
    zone: ZoneInfo
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One value that became another; ``name`` is empty where the entry is about one value alone."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One entry: who did what, to whom, why, and what was there before and after."""

    entry: AuditEntry
    who: str
    what: str
    whom: str
    reason: str
    changes: tuple[Change, ...]


def line_of(entry: AuditEntry, reader: Reader) -> Line:
    return Line(
        entry=entry,
        who=who_did(entry, reader.language),
        what=sentence_of(entry.action, reader.language),
        whom=reader.people.get(entry.subject.removeprefix(PERSON), "") if entry.subject.startswith(PERSON) else "",
        reason=reason_of(entry.action, entry.reason, reader.language),
        changes=tuple(changes_between(entry.before, entry.after, reader)),
    )


def who_did(entry: AuditEntry, language: str) -> str:
    if entry.actor is not None:
        return entry.actor.display_name
    return entry.actor_name or NOBODY[language]


def people_in(entry: AuditEntry) -> Iterator[int]:
    """The numbers of the people whom an entry is about."""
    named = [entry.subject.removeprefix(PERSON)] if entry.subject.startswith(PERSON) else []
    for value in (entry.before, entry.after):
        adjusted = value.get(ABOUT_PEOPLE) if isinstance(value, Mapping) else None
        named += list(adjusted) if isinstance(adjusted, Mapping) else []
    return (int(number) for number in named if number.isdecimal())


def changes_between(before: Any, after: Any, reader: Reader) -> Iterator[Change]:
    """The values that differ, whatever their depth; what was only there before or after stands beside a dash."""
    old, new = dict(_flat(before)), dict(_flat(after))
    for path in dict.fromkeys((*old, *new)):
        if old.get(path) != new.get(path):
            yield Change(_named(path, reader), _said(path, old.get(path), reader), _said(path, new.get(path), reader))


def _flat(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if value is None and not path:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, (*path, str(key)))
    elif _is_table(value):
        yield from (((*path, *map(str, row[:2])), row[2] if len(row) > 2 else True) for row in value)
    elif value != [] or path:
        yield path, value


def _is_table(value: Any) -> bool:
    """Rows such as [pair, role, marker], or [pair, marker] for what is so."""
    return (
        isinstance(value, list) and bool(value) and all(isinstance(row, list) and len(row) in (2, 3) for row in value)
    )


def _named(path: Path, reader: Reader) -> str:
    parts = [reader.people.get(part, part) if ABOUT_PEOPLE in path[:-1] else part for part in path]
    return ", ".join(name_of(part, reader.language) for part in parts)


def _said(path: Path, value: Any, reader: Reader) -> str:
    name = path[-1] if path else ""
    return word_of(name, value, reader.language) or _number(path, value) or readable(value, reader.zone)


def _number(path: Path, value: Any) -> str:
    """A mark or a weight, which are kept as texts, with the reader's decimal mark; nothing for anything else."""
    if not (isinstance(value, str) and _DECIMAL.fullmatch(value) and NUMBERS.intersection(path)):
        return ""
    return number_format(value).replace("-", "\N{MINUS SIGN}")


def readable(value: Any, zone: ZoneInfo) -> str:
    """A value of JSON in words: moments by the course's clock, yes and no, lists by commas."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(readable(each, zone) for each in value) or NOTHING
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {readable(inner, zone)}" for key, inner in value.items()) or NOTHING
    text = str(value)
    return _date(text, zone) or (text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def _date(text: str, zone: ZoneInfo) -> str:
    """A moment or a day as one writes it; nothing for what only looks like one, such as a file's name."""
    try:
        if _MOMENT.fullmatch(text):
            return date_format(datetime.datetime.fromisoformat(text).astimezone(zone), "j N Y, H:i:s")
        return date_format(datetime.date.fromisoformat(text), "j N Y") if _DAY.fullmatch(text) else ""
    except (ValueError, OverflowError):
        return ""
