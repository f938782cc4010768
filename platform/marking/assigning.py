"""Who marks whom: by group, by load, and twice for a sample. Pure; the same input gives the same plan.

Who marks already keeps marking: a plan only fills what is empty. Nobody is given a pair they have a conflict with.
"""

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Conflicts = Collection[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class ToMark:
    """A pair whose capsule wants markers."""

    pair: int
    group: int


@dataclass(frozen=True)
class Plan:
    """Pair → marker, for each role; ``unplaced`` are the pairs for which nobody was left."""

    first: dict[int, int]
    second: dict[int, int]
    unplaced: tuple[int, ...] = ()

    def load(self, marker: int) -> int:
        """How many capsules somebody marks, in either role."""
        return sum(given == marker for role in (self.first, self.second) for given in role.values())


@dataclass(frozen=True)
class Wishes:
    """What the plan is made from. ``markers`` in the order in which equals are served."""

    markers: Sequence[int]
    of_group: Mapping[int, int] = field(default_factory=dict)
    conflicts: Conflicts = ()
    percent: int = 0
    seed: int = 1


def make_plan(pairs: Sequence[ToMark], wishes: Wishes, *, first: Mapping[int, int], second: Mapping[int, int]) -> Plan:
    """A first marker for every pair, a second one for a sample; ``first`` and ``second`` are those that stay."""
    plan = Plan(dict(first), dict(second))
    unplaced = _place_first(pairs, wishes, plan)
    unplaced += _place_second(pairs, wishes, plan)
    return Plan(plan.first, plan.second, tuple(dict.fromkeys(unplaced)))


def sample(pairs: Iterable[int], *, percent: int, seed: int) -> frozenset[int]:
    """The pairs that are marked twice: ``percent`` of them, rounded up. A pair that joins later moves few others."""
    ordered = sorted(pairs, key=lambda pair: hashlib.sha256(f"{seed}:{pair}".encode()).digest())
    return frozenset(ordered[: math.ceil(len(ordered) * percent / 100)])


def _place_first(pairs: Sequence[ToMark], wishes: Wishes, plan: Plan) -> list[int]:
    wanting = [one for one in pairs if one.pair not in plan.first]
    for one in wanting:
        marker = wishes.of_group.get(one.group)
        if marker is not None and marker in _allowed(one.pair, wishes, plan.second):
            plan.first[one.pair] = marker
    return _by_load([one.pair for one in wanting if one.pair not in plan.first], wishes, plan, plan.first, plan.second)


def _place_second(pairs: Sequence[ToMark], wishes: Wishes, plan: Plan) -> list[int]:
    chosen = sample((one.pair for one in pairs), percent=wishes.percent, seed=wishes.seed)
    wanting = [one.pair for one in pairs if one.pair in chosen and one.pair not in plan.second]
    return _by_load(wanting, wishes, plan, plan.second, plan.first)


def _by_load(
    pairs: Sequence[int], wishes: Wishes, plan: Plan, role: dict[int, int], other: Mapping[int, int]
) -> list[int]:
    """Give each pair to whoever has least to do; those whom few may mark are served first."""
    load = {marker: plan.load(marker) for marker in wishes.markers}
    unplaced = []
    allowed = {pair: _allowed(pair, wishes, other) for pair in pairs}
    for pair in sorted(pairs, key=lambda pair: len(allowed[pair])):
        if not allowed[pair]:
            unplaced.append(pair)
            continue
        marker = min(allowed[pair], key=lambda one: load[one])
        role[pair] = marker
        load[marker] += 1
    return unplaced


def _allowed(pair: int, wishes: Wishes, other: Mapping[int, int]) -> list[int]:
    return [marker for marker in wishes.markers if (pair, marker) not in wishes.conflicts and other.get(pair) != marker]
