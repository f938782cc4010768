"""What a course's file says of its rules, value by value: read strictly, for the file may come from anywhere.

Each app carries its own part (``capsules.beginning``, ``marking.beginning`` …): ``said_of`` a course, ``checked`` when
a file is read, ``begin`` in the transaction that makes the new course. Moments and days travel as ISO 8601 texts.
"""

import datetime
from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db.models import Model

#: No course is older or further away, and no time zone overflows here.
YEARS: Final = range(2000, 2200)
#: Reads one value, or raises ValueError.
Reader = Callable[[Any], Any]


def plain(value: Any) -> Any:
    """A field's value as JSON holds it."""
    if isinstance(value, datetime.date):  # and moments, which are dates as well
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str | dict | list) else str(value)


def read_values(said: object, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """The values of a part; what it does not say is left as usual. Raises ValueError, naming what cannot be used."""
    if not isinstance(said, Mapping):
        raise ValueError("a table is expected")
    if unknown := sorted(map(str, set(said) - set(readers))):
        raise ValueError(f"“{unknown[0][:40]}” is unknown")
    return {name: _read(name, value, readers[name]) for name, value in said.items()}


def _read(name: str, value: Any, reader: Reader) -> Any:
    try:
        return reader(value)
    except ValueError as error:
        raise ValueError(f"“{name}” cannot be used") from error


def check_fields(row: Model, values: Mapping[str, Any]) -> None:
    """Hold values to the bounds of their fields. Raises ValueError, naming the first that is out of them."""
    try:
        row.clean_fields(exclude=[field.name for field in row._meta.fields if field.name not in values])
    except ValidationError as error:
        raise ValueError(f"“{sorted(error.message_dict)[0]}” cannot be used") from error


def whole(value: Any) -> int:
    if type(value) is not int:
        raise ValueError
    return value


def yes_or_no(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def moment(value: Any) -> datetime.datetime | None:
    """An instant, with its distance from UTC; None for none."""
    if value is None:
        return None
    found = datetime.datetime.fromisoformat(text(value))
    if found.tzinfo is None or found.year not in YEARS:
        raise ValueError
    return found


def day(value: Any) -> datetime.date | None:
    if value is None:
        return None
    found = datetime.date.fromisoformat(text(value))
    if found.year not in YEARS:
        raise ValueError
    return found


def zone(value: Any) -> str:
    """The name of a time zone; empty for the site's."""
    if text(value) and value not in available_timezones():
        raise ValueError
    return str(value)


def is_over(value: Any, now: datetime.datetime, where: ZoneInfo) -> bool:
    """Whether this is a moment before ``now``, or a day that has ended there."""
    if isinstance(value, datetime.datetime):
        return value <= now
    return isinstance(value, datetime.date) and value < now.astimezone(where).date()
