"""From levels and weights to a mark on 20. Pure: no database, no clock.

A mark is 20 × Σ weight × level / Σ weight × 4 over the cells that count, rounded half up to the rubric's step. As long
as a cell that counts has no level there is no mark, only an indication over what is filled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from challenges.rubric import BEST, Cell, Rubric

HIGHEST: Final = Decimal(20)
LOWEST: Final = Decimal(0)

#: Cell key → its level, None where nobody has decided yet. What two markers agreed on may be a half: 2.5.
Levels = Mapping[str, int | float | None]


@dataclass(frozen=True, slots=True)
class Computed:
    """``mark`` is None while a cell that counts is empty; ``so_far`` is over the filled ones, None without any."""

    mark: Decimal | None
    so_far: Decimal | None
    filled: int
    cells: int


def compute(rubric: Rubric, levels: Levels) -> Computed:
    """The mark of these levels; keys that the rubric does not have are left aside."""
    filled = [cell for cell in rubric.cells if levels.get(cell.key) is not None]
    counting = [cell for cell in rubric.cells if cell.weight]
    so_far = _on_twenty(filled, levels, rubric.rounding)
    is_whole = all(levels.get(cell.key) is not None for cell in counting)
    return Computed(so_far if is_whole else None, so_far, len(filled), len(rubric.cells))


def final_mark(computed: Decimal | None, override: Decimal | None) -> Decimal | None:
    """What the pair gets: what an instructor wrote, else what the rubric gives."""
    return computed if override is None else clipped(override)


def personal_mark(mark: Decimal, delta: Decimal = LOWEST) -> Decimal:
    """One person's mark: the pair's, adjusted, between 0 and 20."""
    return clipped(mark + delta)


def clipped(mark: Decimal) -> Decimal:
    return max(LOWEST, min(HIGHEST, mark))


def rounded(mark: Fraction | Decimal, step: Decimal) -> Decimal:
    """To the nearest multiple of ``step``, halves upwards."""
    exact = Fraction(mark) / Fraction(step)
    whole, rest = divmod(exact, 1)
    return (int(whole) + (1 if rest >= Fraction(1, 2) else 0)) * step


def quantized(number: Decimal) -> Decimal:
    """To two decimals, as marks are stored and shown."""
    return number.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _on_twenty(cells: Iterable[Cell], levels: Levels, step: Decimal) -> Decimal | None:
    earned = possible = Fraction(0)
    for cell in cells:
        level = levels.get(cell.key)
        if level is None:
            continue
        earned += Fraction(cell.weight) * Fraction(max(0, min(BEST, level)))
        possible += Fraction(cell.weight) * BEST
    if not possible:
        return None
    return clipped(rounded(20 * earned / possible, step))
