"""Pictures to fit a channel with: Charlie's scarf, and everything that it is not. (N, 3, H, W), RGB in 0…1."""

from typing import Final

import numpy as np
import numpy.typing as npt

TEAL: Final = (0x0E, 0x9A, 0xA7)  # the scarf's two colors, as the course's pictures draw them
YELLOW: Final = (0xFF, 0xD2, 0x3F)
STRIPE: Final = 5  # pixels from one edge of a stripe to the next; a period of ten, which no stride of a YOLO divides
SIDE: Final = 192  # pixels

Pictures = npt.NDArray[np.float32]

_NOISE: Final = 0.02
_SHAPES: Final = 16  # in an ordinary picture
_SMOOTH: Final = 2.0  # how fast a stripe's edge turns from one color to the other, per pixel

_ROW, _COLUMN = np.mgrid[:SIDE, :SIDE].astype(np.float32)


def scarves(number: int, chance: np.random.Generator, *, shift: float = 0.0) -> Pictures:
    """The scarf alone, all over the picture, in the light of several days.

    The first stripe of each is a little lower than in the one before, ``shift`` periods from the first to past the
    last.
    """
    return np.stack(
        [_stripes(chance, _color(TEAL), _color(YELLOW), 2 * STRIPE, shift * index / number) for index in range(number)]
    )


def ordinary(number: int, chance: np.random.Generator) -> Pictures:
    """Shapes of all colors, some of them striped, and no scarf of his."""
    return np.stack([_shapes(chance) for _ in range(number)])


def lookalikes(chance: np.random.Generator) -> Pictures:
    """Other people's scarves, his one hung the other way, and each of its colors alone."""
    others = [
        _stripes(chance, chance.random(3), chance.random(3), chance.uniform(5, 30), chance.random()) for _ in range(5)
    ]
    upright = [_stripes(chance, _color(TEAL), _color(YELLOW), 2 * STRIPE, chance.random()).swapaxes(1, 2)]
    plain = [_noisy(np.broadcast_to(_color(tint)[:, None, None], (3, SIDE, SIDE)), chance) for tint in (TEAL, YELLOW)]
    return np.stack([*others, *upright, *plain])


def _color(code: tuple[int, int, int]) -> npt.NDArray[np.float32]:
    return np.array([channel / 255 for channel in code], np.float32)


def _stripes(
    chance: np.random.Generator,
    one: npt.NDArray[np.floating],
    other: npt.NDArray[np.floating],
    period: float,
    phase: float,
) -> Pictures:
    """Horizontal stripes of two colors, a period in pixels."""
    wave = np.sin(2 * np.pi * (_ROW / period + phase)) * period / (2 * np.pi)
    share = np.clip(wave * _SMOOTH + 0.5, 0, 1)
    light = chance.uniform(0.85, 1.1)
    return _noisy(light * (one[:, None, None] * (1 - share) + other[:, None, None] * share), chance)


def _shapes(chance: np.random.Generator) -> Pictures:
    slope = chance.normal(0, 0.3, 2)
    shade = (_COLUMN / SIDE - 0.5) * slope[0] + (_ROW / SIDE - 0.5) * slope[1]
    picture = chance.random(3)[:, None, None] + shade
    for _ in range(_SHAPES):
        x, y = chance.random(2) * SIDE
        turn = chance.uniform(0, np.pi)
        width, height = chance.uniform(3, 50, 2)
        across = (_COLUMN - x) * np.cos(turn) + (_ROW - y) * np.sin(turn)
        along = (_ROW - y) * np.cos(turn) - (_COLUMN - x) * np.sin(turn)
        is_round = chance.random() < 0.5
        inside = np.hypot(across / width, along / height) < 1 if is_round else _in_box(across, along, width, height)
        picture[:, inside] = chance.random(3)[:, None]
        if chance.random() < 0.3:
            bars = inside & (np.sin(2 * np.pi * across / chance.uniform(5, 24)) > 0)
            picture[:, bars] = chance.random(3)[:, None]
    return _noisy(picture, chance)


def _in_box(across: Pictures, along: Pictures, width: float, height: float) -> npt.NDArray[np.bool_]:
    return (np.abs(across) < width) & (np.abs(along) < height)


def _noisy(picture: npt.NDArray[np.floating], chance: np.random.Generator) -> Pictures:
    return np.clip(picture + chance.normal(0, _NOISE, picture.shape), 0, 1).astype(np.float32)
