"""What a quest may draw for a pair: one value of a list, a whole number, a date; and what follows from them.

Every parameter numbers its values 0 … ``size - 1``: drawing one is drawing a number, uniformly.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol


class Parameter(Protocol):
    """A finite, numbered set of values."""

    @property
    def size(self) -> int:
        """How many values there are (at least one)."""
        ...

    def value(self, index: int) -> Any:
        """The value of that number, 0 ≤ index < size: JSON data."""
        ...

    def holds(self, value: object) -> bool:
        """Whether it is one of the values."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values listed: numbers, words, or small mappings of values that go together."""

    values: tuple[Any, ...]

    @property
    def size(self) -> int:
        return len(self.values)

    def value(self, index: int) -> Any:
        return self.values[index]

    def holds(self, value: object) -> bool:
        return value in self.values


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number between two others, both included; ``apart``: no two pairs of a course are dealt the same."""

    first: int
    last: int
    apart: bool = False

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def value(self, index: int) -> int:
        return self.first + index

    def holds(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.first <= value <= self.last


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the calendar between two others, both included: ``{"day", "month", "year"}``."""

    first: datetime.date
    last: datetime.date

    @property
    def size(self) -> int:
        return (self.last - self.first).days + 1

    def value(self, index: int) -> dict[str, int]:
        day = self.first + datetime.timedelta(days=index)
        return {"day": day.day, "month": day.month, "year": day.year}

    def holds(self, value: object) -> bool:
        if not isinstance(value, Mapping) or set(value) != {"day", "month", "year"}:
            return False
        try:
            return self.first <= datetime.date(value["year"], value["month"], value["day"]) <= self.last
        except (TypeError, ValueError):
            return False


def digit_root(numbers: Sequence[int]) -> int:
    """All the digits of all the numbers added, again and again until one digit remains.

    8, 12, 1991 → 8+1+2+1+9+9+1 = 31 → 4 (the birth-date rule of the Bingo).
    """
    total = sum(int(digit) for number in numbers for digit in str(number))
    return total if total < 10 else digit_root([total])


def same(numbers: Sequence[int]) -> int:
    """The number itself: for a part of what a pair gave that may be kept."""
    [number] = numbers
    return number


#: What a quest file may derive from drawn or given values: a teacher names a rule, the rule is code.
RULES: Final[Mapping[str, Callable[[Sequence[int]], int]]] = {"digit_root": digit_root, "same": same}


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that follows from drawn ones by a named rule; ``of`` are paths such as ``birth.day``."""

    rule: str
    of: tuple[str, ...]

    def value(self, parameters: Mapping[str, Any]) -> int:
        return RULES[self.rule]([at_path(parameters, path) for path in self.of])


def at_path(parameters: Mapping[str, Any], path: str) -> Any:
    """``at_path({"image": {"height": 512}}, "image.height")`` is 512. Raises ``KeyError``."""
    value: Any = parameters
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            raise KeyError(path)
        value = value[name]
    return value
