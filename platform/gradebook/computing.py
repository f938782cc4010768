"""From what somebody did to a mark on 20. Pure: no database, no clock, no float.

final = min(20, Σ weight × part / Σ weight + bonus), rounded half up to the rules' step, where each part is on 20:
quests, 20 × main points earned / possible (or main quests solved / all); submissions, 20 once one was evaluated;
capsule, the pair's mark and one's own adjustment, between 0 and 20.
bonus = min(cap, points × per point + quests × per quest), of side quests.
"""

import math
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from gradebook.rules import SOLVED, Rules

HIGHEST: Final = Decimal(20)
LOWEST: Final = Decimal(0)
HUNDREDTH: Final = Decimal("0.01")
QUESTS, SUBMISSIONS, CAPSULE = "quests", "submissions", "capsule"


@dataclass(frozen=True)
class Work:
    """What one person did. Quests are the pair's; ``capsule`` is the pair's mark on 20, ``adjustment`` is this
    person's own part of it. ``capsule`` is None before anybody marked it;
    ``capsule_is_awaited`` where somebody did and its pair is to be told. Nobody's leaderboard score is here."""

    main_points: int = 0
    main_possible: int = 0
    main_solved: int = 0
    main_quests: int = 0
    side_points: int = 0
    side_solved: int = 0
    submissions: int = 0
    is_evaluated: bool = False
    capsule: Decimal | None = None
    adjustment: Decimal = LOWEST
    capsule_is_published: bool = False
    capsule_is_awaited: bool = False

    @property
    def main_share(self) -> Decimal | None:
        return Decimal(self.main_points) / self.main_possible if self.main_possible else None

    def without_drafts(self) -> "Work":
        """As it may be told: a capsule mark that is not published yet is none, and comes."""
        if self.capsule_is_published:
            return self
        is_awaited = self.capsule_is_awaited or self.capsule is not None
        return replace(self, capsule=None, adjustment=LOWEST, capsule_is_awaited=is_awaited)


@dataclass(frozen=True)
class Part:
    """One part of the mark on 20, None where there is nothing to count yet; ``weight`` as the rules give it."""

    name: str
    value: Decimal | None
    weight: Decimal


@dataclass(frozen=True)
class Result:
    """``final`` is None as long as a part that counts is missing (``missing`` names them) and does not count as 0: who
    has no capsule mark may have 0 for it, whose mark is only not told yet has none.

    ``mean`` is before the bonus. ``is_draft``: the capsule counts and its mark is not published.
    """

    parts: tuple[Part, ...]
    bonus: Decimal
    mean: Decimal | None
    final: Decimal | None
    missing: tuple[str, ...]
    is_draft: bool

    def part(self, name: str) -> Decimal | None:
        return next(part.value for part in self.parts if part.name == name)


def compute(work: Work, rules: Rules) -> Result:
    """The mark that these rules give for this work."""
    capsule = capsule_mark(work)
    parts = (
        Part(QUESTS, quests_mark(work, rules), rules.quests_weight),
        Part(SUBMISSIONS, HIGHEST if work.is_evaluated else LOWEST, rules.submissions_weight),
        Part(CAPSULE, capsule, rules.capsule_weight),
    )
    counted = [part for part in parts if part.weight]
    missing = tuple(part.name for part in counted if part.value is None)
    bonus = bonus_of(work, rules)
    is_awaited = CAPSULE in missing and work.capsule_is_awaited
    mean = _mean(counted) if not missing or (rules.missing_is_zero and not is_awaited) else None
    return Result(
        parts=parts,
        bonus=bonus,
        mean=mean,
        final=None if mean is None else rounded(clipped(mean + bonus), rules.step),
        missing=missing,
        is_draft=bool(rules.capsule_weight) and capsule is not None and not work.capsule_is_published,
    )


def quests_mark(work: Work, rules: Rules) -> Decimal | None:
    """On 20; None where the cards that count have no main quest."""
    done, all_of_them = (
        (work.main_solved, work.main_quests) if rules.quests_by == SOLVED else (work.main_points, work.main_possible)
    )
    return clipped(HIGHEST * done / all_of_them) if all_of_them > 0 else None


def capsule_mark(work: Work) -> Decimal | None:
    """The pair's mark with one's own adjustment; a mark that is no number is none."""
    if work.capsule is None or not work.capsule.is_finite():
        return None
    return clipped(work.capsule + (work.adjustment if work.adjustment.is_finite() else LOWEST))


def bonus_of(work: Work, rules: Rules) -> Decimal:
    earned = work.side_points * rules.per_side_point + work.side_solved * rules.per_side_quest
    return min(earned, rules.bonus_cap)


def clipped(mark: Decimal) -> Decimal:
    return max(LOWEST, min(HIGHEST, mark))


def rounded(mark: Decimal, step: Decimal = HUNDREDTH) -> Decimal:
    """To the nearest multiple of ``step``, halves upwards: 12.345 → 12.35. Written to the hundredth, as files are."""
    return ((mark / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step).quantize(HUNDREDTH)


def as_mark(value: Any) -> Decimal | None:
    """A number from elsewhere, exactly as it is written; None for nothing, NaN and infinities."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    mark = value if isinstance(value, Decimal) else Decimal(str(value))
    return mark if mark.is_finite() else None


def _mean(parts: list[Part]) -> Decimal:
    whole = sum((part.weight for part in parts), LOWEST)
    return sum((part.weight * (part.value or LOWEST) for part in parts), LOWEST) / whole
