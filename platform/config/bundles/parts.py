"""What the apps say of a course in its zip, each under its name: rules and dates, nothing of people or their work."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import capsules.beginning
import gradebook.beginning
import marking.beginning
import privacy.beginning
from courses import carrying
from courses.models import Course


@dataclass(frozen=True)
class Part:
    """See ``courses.carrying``: what a course says (None for as usual), its check, and how a new course begins."""

    said_of: Callable[[Course], dict[str, Any] | None]
    checked: Callable[[object], dict[str, Any]]
    begin: Callable[[Course, Mapping[str, Any]], None]


PARTS: Final[Mapping[str, Part]] = {
    "capsules": Part(capsules.beginning.said_of, capsules.beginning.checked, capsules.beginning.begin),
    "marking": Part(marking.beginning.said_of, marking.beginning.checked, marking.beginning.begin),
    "gradebook": Part(gradebook.beginning.said_of, gradebook.beginning.checked, gradebook.beginning.begin),
    "retention": Part(privacy.beginning.said_of, privacy.beginning.checked, privacy.beginning.begin),
}


def said_of(course: Course) -> dict[str, Any]:
    """Every part of which this course says anything."""
    said = {name: part.said_of(course) for name, part in PARTS.items()}
    return {name: values for name, values in said.items() if values is not None}


def dates_of(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, datetime.date]:
    """Every moment and day in them, by its name; no two parts have one of the same name."""
    values = [item for part in parts.values() for item in part.items()]
    return {name: value for name, value in values if isinstance(value, datetime.date)}


def over(values: Mapping[str, Any], now: datetime.datetime, where: ZoneInfo) -> dict[str, Any]:
    """Of these values, the dates that are over."""
    return {name: value for name, value in values.items() if carrying.is_over(value, now, where)}


def without_past(
    parts: Mapping[str, Mapping[str, Any]], now: datetime.datetime, where: ZoneInfo
) -> dict[str, dict[str, Any]]:
    """The same without dates that are over: a new course would be closed, or lose its films, before it began."""
    return {
        part: {name: value for name, value in values.items() if name not in over(values, now, where)}
        for part, values in parts.items()
    }


def as_json(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """As the trace keeps them: of a list, such as the columns of files, how long it is."""
    return {
        part: {name: len(value) if isinstance(value, list) else carrying.plain(value) for name, value in values.items()}
        for part, values in parts.items()
    }


def begin(course: Course, parts: Mapping[str, Mapping[str, Any]]) -> None:
    """Inside the transaction that makes the course."""
    for name, values in parts.items():
        PARTS[name].begin(course, values)
