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
    _found: dict[tuple[str, Value], Mistake] = field(default_factory=dict)

    def add(self, code: str, value: Value, detail: str = "", *, is_rare: bool = False) -> None:
        """A mistake that anybody can make here, whatever it gives: it may coincide with the truth.

        A rare one may not: it is left out where it changes nothing.
        """
        if is_rare and value == self.truth:
            return
        known = self._found.get((code, value))
        if known is None or (known.is_rare and not is_rare):
            self._found[code, value] = Mistake(code, value, detail, is_rare)

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
        """The truth a thousand, a million … too large or too small, or counted in computing's thousands."""
        if isinstance(self.truth, tuple | str) or not self.truth:
            return
        for factor in factors:
            self.add("unit_factor", self.truth * factor, f"× {factor}")
            self.add("unit_factor", self.truth / factor, f"÷ {factor}")
        natural = next((power for power in (3, 2) if abs(self.truth) >= 1000**power), 1)
        for power in (1, 2, 3):
            binary = self.truth * 1000**power / 1024**power
            self.add("unit_factor", binary, f"1024^{power}", is_rare=power != natural)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Everything found, each (code, value) once."""
        return tuple(self._found.values())
