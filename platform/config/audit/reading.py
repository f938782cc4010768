"""Entries of the audit trace as people read them. Pure, but for the language and the zone that are in force."""

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config.audit.sentences import NOBODY, name_of, sentence_of
from courses.models import AuditEntry

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
NOTHING: Final = "–"
LONGEST: Final = 400


@dataclass(frozen=True)
class Change:
    """One value that became another; ``name`` is empty where the entry is about one value alone."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One entry: who did what, to what, and what was there before and after."""

    entry: AuditEntry
    who: str
    what: str
    changes: tuple[Change, ...]


def line_of(entry: AuditEntry, *, language: str, zone: ZoneInfo) -> Line:
    return Line(
        entry=entry,
        who=who_did(entry, language),
        what=sentence_of(entry.action, language),
        changes=tuple(changes_between(entry.before, entry.after, language=language, zone=zone)),
    )


def who_did(entry: AuditEntry, language: str) -> str:
    if entry.actor is not None:
        return entry.actor.get_full_name() or entry.actor.username
    return entry.actor_name or NOBODY[language]


def changes_between(before: Any, after: Any, *, language: str, zone: ZoneInfo) -> Iterator[Change]:
    """The values that differ, whatever their depth; what was only there before or after stands beside a dash."""
    old, new = dict(_flat(before)), dict(_flat(after))
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield Change(name_of(key, language), readable(old.get(key), zone), readable(new.get(key), zone))


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if value is None and not path:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


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
