"""A key in the making: the truth, and the mistakes as they are found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from challenges.key import Mistake, Value

UNIT_FACTORS: Final = (1_000, 1_000_000, 1_000_000_000, 1024, 1024**2)


@dataclass
class Draft:
    """What a kind's file gives: the truth, its mistakes in any order, and notes for the instructor."""

    truth: Value
    notes: list[str] = field(default_factory=list)
    material: tuple[str, bytes] | None = None  # the name and bytes of a file made for whoever has this question
    collides: bool = False  # for a reason that no mistake shows: two answers that are nearly equal
    unordered: bool = False  # of a list: right in any order
    _found: dict[tuple[str, Value], str] = field(default_factory=dict)

    def add(self, code: str, value: Value, detail: str = "") -> None:
        """A mistake that anybody can make here, whatever it gives: it may coincide with the truth."""
        self._found.setdefault((code, value), detail)

    def add_if_it_matters(self, code: str, values: Iterable[tuple[Value, str]]) -> None:
        """A mistake that is none where it never changes the answer: biases forgotten in a layer without any.

        Where some of its values differ from the truth and some do not, all are kept: the variant collides.
        """
        listed = list(values)
        if any(value != self.truth for value, _ in listed):
            for value, detail in listed:
                self.add(code, value, detail)

    def add_others(self, code: str, values: Iterable[tuple[Value, str]]) -> None:
        """A mistake that only those of its values show that are not the truth: a neighbour with another setting."""
        for value, detail in values:
            if value != self.truth:
                self.add(code, value, detail)

    def add_unit_factors(self, factors: Iterable[int] = UNIT_FACTORS) -> None:
        """The truth a thousand, a million … too large or too small."""
        if isinstance(self.truth, tuple | str) or not self.truth:
            return
        for factor in factors:
            self.add("unit_factor", self.truth * factor, f"× {factor}")
            self.add("unit_factor", self.truth / factor, f"÷ {factor}")

    def mistakes(self) -> tuple[Mistake, ...]:
        """Everything found, each (code, value) once."""
        return tuple(Mistake(code, value, detail) for (code, value), detail in self._found.items())
