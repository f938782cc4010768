"""How a new course's marks are made and leave, as another course's: the part of a course's file that is theirs."""

from collections.abc import Mapping
from typing import Any, Final

from accounts.errors import Refusal
from courses import carrying
from courses.models import Course
from gradebook.columns import SOURCES, Column, check, to_json
from gradebook.models import Gradebook, RulesVersion
from gradebook.queries import gradebook_of, newest_rules
from gradebook.rules import LIMITS, read_rules

MOST_CARDS: Final = 200
LONGEST: Final = 80


def _number(value: Any) -> str:
    if len(carrying.text(value)) > LONGEST:
        raise ValueError
    return str(value)


def _cards(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_CARDS:
        raise ValueError
    return [_number(slug) for slug in value]


RULES: Final[Mapping[str, carrying.Reader]] = {
    **dict.fromkeys((*LIMITS, "step"), _number),
    "quests_by": _number,
    "missing_is_zero": carrying.yes_or_no,
    "cards": _cards,
}
_COLUMN: Final[Mapping[str, carrying.Reader]] = {
    "source": carrying.text,
    "heading": carrying.text,
    "is_included": carrying.yes_or_no,
}


def said_of(course: Course) -> dict[str, Any] | None:
    """The rules that count and the columns of the files; None where both are the usual ones."""
    version, columns = newest_rules(course), gradebook_of(course).columns
    said = {"rules": version.document if version else None, "columns": columns or None}
    return {name: value for name, value in said.items() if value is not None} or None


def checked(said: object) -> dict[str, Any]:
    """The rules and columns that a file says. Raises ValueError, naming what is none."""
    return carrying.read_values(said, {"rules": _checked_rules, "columns": _checked_columns})


def _checked_rules(said: object) -> dict[str, Any]:
    try:
        return read_rules(carrying.read_values(said, RULES), cards=None).to_json()
    except Refusal as refusal:
        raise ValueError(refusal.code) from refusal


def _checked_columns(said: object) -> list[dict[str, Any]]:
    if not isinstance(said, list):
        raise ValueError("a list is expected")
    columns = [Column(**_column(each)) for each in said]
    sources = {column.source for column in columns}
    if len(sources) != len(columns) or not sources <= set(SOURCES):
        raise ValueError("a column is unknown, or there twice")
    try:
        return to_json(check(columns))
    except Refusal as refusal:
        raise ValueError(refusal.code) from refusal


def _column(said: object) -> dict[str, Any]:
    values = carrying.read_values(said, _COLUMN)
    if set(values) != set(_COLUMN):
        raise ValueError("a column is not whole")
    return values


def begin(course: Course, values: Mapping[str, Any]) -> None:
    """Inside the transaction that makes the course; the values were checked when they were read. Shown to nobody."""
    if "rules" in values:
        RulesVersion.objects.create(course=course, number=1, document=values["rules"])
    if "columns" in values:
        Gradebook.objects.create(course=course, columns=values["columns"])
