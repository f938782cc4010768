"""One color per class, the same in every video and every plot: decided by the names alone, whatever their order."""

import colorsys
from collections.abc import Sequence
from typing import Final

Color = tuple[int, int, int]  # red, green, blue, 0…255

#: Seven that people with any color vision tell apart: Okabe and Ito, "Color Universal Design" (2008), without black.
FIRST: Final[tuple[Color, ...]] = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (213, 94, 0),
    (204, 121, 167),
    (0, 114, 178),
    (240, 228, 66),
)
_GOLDEN_RATIO: Final = 0.618034  # neighbors get hues far apart
BLACK: Final[Color] = (17, 17, 17)
WHITE: Final[Color] = (255, 255, 255)


def colors_of(names: Sequence[str]) -> list[Color]:
    """The color of each class. Two networks of the same classes, numbered in any order, give each name one color."""
    ranks = {name: rank for rank, name in enumerate(sorted(set(names), key=lambda name: (name.casefold(), name)))}
    return [_color(ranks[name]) for name in names]


def hexadecimal(color: Color) -> str:
    """``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*color)


def ink_on(color: Color) -> Color:
    """Black or white, whichever is easier to read on the color (WCAG 2.2, relative luminance)."""
    shade = luminance(color)
    on_white, on_black = 1.05 / (shade + 0.05), (shade + 0.05) / (luminance(BLACK) + 0.05)
    return WHITE if on_white > on_black else BLACK


def luminance(color: Color) -> float:
    """0 for black to 1 for white."""
    red, green, blue = (_linear(value / 255) for value in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _color(rank: int) -> Color:
    if rank < len(FIRST):
        return FIRST[rank]
    further = rank - len(FIRST)
    red, green, blue = colorsys.hsv_to_rgb(
        further * _GOLDEN_RATIO % 1, (0.55, 0.8)[further % 2], (1.0, 0.8)[further % 2]
    )
    return round(red * 255), round(green * 255), round(blue * 255)
