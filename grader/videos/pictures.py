"""Inside the walls: pictures of a film as JPEG, small ones to compare, and many on one sheet."""

import io
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from ml.upright import Pixels

Thumbnail = npt.NDArray[np.int16]

QUALITY: Final = 92
#: (columns, rows) of a contact sheet, and the longest side of a picture on it.
SHEET: Final = (6, 4)
SHEET_SIDE: Final = 240
_SHEET_QUALITY: Final = 80
_THUMBNAIL: Final = (64, 64)
#: Grey levels: two pictures whose thumbnails differ less, everywhere, show the same.
SAME_LEVELS: Final = 2
_GAP: Final = 4
_PAPER: Final = (255, 255, 255)


def jpeg(pixels: Pixels, *, quality: int = QUALITY, longest_side: int | None = None) -> bytes:
    """A plain baseline JPEG without notes; ``longest_side``: made smaller to fit."""
    return _encoded(_smaller(Image.fromarray(pixels), longest_side), quality)


def thumbnail(pixels: Pixels) -> Thumbnail:
    """(64, 64), grey: each pixel the mean of its part of the picture."""
    small = Image.fromarray(pixels).convert("L").resize(_THUMBNAIL, Image.Resampling.BOX)
    return np.asarray(small, dtype=np.int16)


def shows_the_same(first: Thumbnail | None, second: Thumbnail) -> bool:
    """Whether nothing moved between two pictures: no part of them is lighter or darker by two levels of 256."""
    return first is not None and bool(np.abs(first - second).max() < SAME_LEVELS)


def telling(small: Thumbnail) -> float:
    """How much a picture shows: its contrast, nothing when it is all but black or white."""
    mean = float(small.mean())
    return float(small.std()) if 16 < mean < 240 else 0.0


class Sheet:
    """Collects pictures evenly over a film whose length is not known: when there are too many, every second goes."""

    def __init__(self) -> None:
        self._most = SHEET[0] * SHEET[1]
        self._kept: list[Image.Image] = []
        self._step = 1
        self._seen = 0

    def add(self, pixels: Pixels) -> None:
        if self._seen % self._step == 0:
            if len(self._kept) == 2 * self._most:
                self._kept = self._kept[::2]
                self._step *= 2
            if self._seen % self._step == 0:
                self._kept.append(_smaller(Image.fromarray(pixels), SHEET_SIDE))
        self._seen += 1

    def jpeg(self) -> bytes:
        """All of them in rows, the first one top left. Raises ValueError when there is none."""
        count = min(self._most, len(self._kept))
        if not count:
            raise ValueError("a sheet without pictures")
        places = np.linspace(0, len(self._kept) - 1, count).round().astype(int)
        chosen = [self._kept[place] for place in places]
        width, height = max(one.width for one in chosen), max(one.height for one in chosen)
        columns = min(SHEET[0], count)
        rows = -(-count // columns)
        paper = Image.new("RGB", (columns * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP), _PAPER)
        for number, one in enumerate(chosen):
            row, column = divmod(number, columns)
            paper.paste(one, (column * (width + _GAP), row * (height + _GAP)))
        return _encoded(paper, _SHEET_QUALITY)


def _smaller(picture: Image.Image, longest_side: int | None) -> Image.Image:
    if longest_side is None or max(picture.size) <= longest_side:
        return picture
    share = longest_side / max(picture.size)
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    return picture.resize(size, Image.Resampling.BOX)


def _encoded(picture: Image.Image, quality: int) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality)
    return written.getvalue()
