"""The draw of training configurations: who trains what. Pure: pairs and a grid in, one lot a pair out.

Nobody can afford to train the whole grid, so each pair gets one point of it and everybody analyses everybody's. The
lots of a course are spread: every value of every factor, and then every two values together, come up as equally often
as the numbers allow.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations, product
from typing import Any, Final, NamedTuple

SIZES: Final = ("n", "s", "m", "l", "x")
#: A network's input is a multiple of its largest stride: the 1980 of the handout is trained at 1984.
STRIDE: Final = 32
SMALLEST, LARGEST = 160, 1984
LARGEST_BATCH: Final = 512
#: Of more, a draw for a large course would hold the database for too long; the usual grid has 440.
MOST_LOTS: Final = 2_000


class Lot(NamedTuple):
    """One training configuration; ``image_size`` in pixels."""

    size: str
    image_size: int
    frozen_backbone: bool
    batch_size: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The values that each factor may take, each once."""

    sizes: tuple[str, ...] = SIZES
    image_sizes: tuple[int, ...] = (160, 256, 320, 416, 512, 640, 800, 960, 1280, 1600, 1984)
    frozen: tuple[bool, ...] = (False, True)
    batch_sizes: tuple[int, ...] = (4, 8, 16, 32)

    @classmethod
    def from_json(cls, value: object) -> "Grid":
        """What a course keeps; ``{}`` is the usual grid. Raises ValueError naming the field."""
        if not isinstance(value, Mapping) or not set(value) <= set(cls.__dataclass_fields__):
            raise ValueError("grid: sizes, image_sizes, frozen and batch_sizes are expected")
        given = {**asdict(cls()), **value}
        grid = cls(**{name: tuple(_values(name, given[name])) for name in given})
        grid._check()
        return grid

    def to_json(self) -> dict[str, Any]:
        return {name: list(values) for name, values in asdict(self).items()}

    def lots(self) -> list[Lot]:
        """Every configuration there is."""
        return [Lot(*values) for values in product(self.sizes, self.image_sizes, self.frozen, self.batch_sizes)]

    def _check(self) -> None:
        if not set(self.sizes) <= set(SIZES):
            raise ValueError(f"sizes: {', '.join(SIZES)} are expected")
        for size in self.image_sizes:
            if type(size) is not int or size % STRIDE or not SMALLEST <= size <= LARGEST:
                raise ValueError(f"image_sizes: multiples of {STRIDE} from {SMALLEST} to {LARGEST} are expected")
        if not all(isinstance(frozen, bool) for frozen in self.frozen):
            raise ValueError("frozen: true or false is expected")
        for batch in self.batch_sizes:
            if type(batch) is not int or not 1 <= batch <= LARGEST_BATCH:
                raise ValueError(f"batch_sizes: whole numbers from 1 to {LARGEST_BATCH} are expected")
        if len(self.sizes) * len(self.image_sizes) * len(self.frozen) * len(self.batch_sizes) > MOST_LOTS:
            raise ValueError(f"grid: {MOST_LOTS} configurations at most")


def draw(pairs: Iterable[int], grid: Grid, *, seed: str, kept: Mapping[int, Lot] | None = None) -> dict[int, Lot]:
    """A lot for every pair that has none in ``kept``; those that have one keep it.

    No two pairs get the same while the grid allows. The same pairs, grid, seed and kept lots give the same draw.
    """
    kept = dict(kept or {})
    waiting = sorted(set(pairs) - set(kept))
    dice = random.Random(f"{seed}\0training configurations\0{len(kept)}")
    dice.shuffle(waiting)
    lots = grid.lots()
    dice.shuffle(lots)
    used = _Used(kept.values())
    drawn = {}
    for pair in waiting:
        drawn[pair] = min(lots, key=used.cost)
        used.add(drawn[pair])
    return drawn


class _Used:
    """How often each lot, each value and each two values together have come up."""

    def __init__(self, lots: Iterable[Lot]) -> None:
        self._counts: Counter[object] = Counter()
        for lot in lots:
            self.add(lot)

    def add(self, lot: Lot) -> None:
        self._counts.update([lot, *_values_of(lot), *_twos_of(lot)])

    def cost(self, lot: Lot) -> tuple[int, int, int]:
        """Repeated lots first of all, then values that came up often, then two together that did."""
        values = sum(self._counts[value] for value in _values_of(lot))
        return self._counts[lot], values, sum(self._counts[two] for two in _twos_of(lot))


def _values_of(lot: Lot) -> list[tuple[str, object]]:
    return list(zip(lot._fields, lot, strict=True))


def _twos_of(lot: Lot) -> list[tuple[object, object]]:
    return list(combinations(_values_of(lot), 2))


def _values(name: str, value: object) -> list[Any]:
    if not isinstance(value, list | tuple) or not value or len(set(map(repr, value))) != len(value):
        raise ValueError(f"{name}: at least one value, each once")
    return list(value)
