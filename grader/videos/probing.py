"""Inside the walls: the first look at a film's pictures: which way is up, what shows it best."""

from dataclasses import dataclass
from typing import Final

import av
import av.error

from grader.videos.film import Film, decoded
from grader.videos.pictures import jpeg, telling, thumbnail
from grader.videos.survey import Survey
from grader.videos.unusable import Unusable
from ml.upright import Pixels, Turn, Upright, has_wide_colours, turn_of

POSTER_SIDE: Final = 960
_POSTER_QUALITY: Final = 82
#: Where a poster is looked for, as shares of the film; the first one that shows enough is taken.
_PLACES: Final = (0.1, 0.3, 0.5, 0.7, 0.02)
_ENOUGH: Final = 20.0  # grey levels of contrast


@dataclass(frozen=True)
class Look:
    """What the first decoded picture told; ``width`` and ``height`` as it is shown."""

    turn: Turn
    width: int
    height: int
    pixel_format: str
    has_wide_colours: bool
    poster: bytes

    def even_size(self, longest_side: int) -> tuple[int, int]:
        """(width, height) of an encoder's pictures: no longer than that, even."""
        share = min(1.0, longest_side / max(self.width, self.height))
        return max(2, int(self.width * share) // 2 * 2), max(2, int(self.height * share) // 2 * 2)


def look(film: Film, found: Survey) -> Look:
    """Raises Unusable when not one picture can be decoded."""
    first, _ = next(decoded(film))
    upright = Upright(turn_of(first), film.aspect)
    width, height = upright.size(first)
    return Look(
        turn=upright.turn,
        width=width,
        height=height,
        pixel_format=first.format.name,
        has_wide_colours=has_wide_colours(first.format),
        poster=jpeg(_best(film, found, upright, upright.rgb(first)), quality=_POSTER_QUALITY, longest_side=POSTER_SIDE),
    )


def _best(film: Film, found: Survey, upright: Upright, first: Pixels) -> Pixels:
    """A picture from inside the film that is neither black nor empty; the first one when nothing shows more."""
    best, best_score = first, telling(thumbnail(first))
    for share in _PLACES:
        at = found.times[int(share * (len(found.times) - 1))]
        try:
            film.container.seek(int(at * av.time_base))
            frame, _ = next(decoded(film))
        except (av.error.FFmpegError, Unusable):
            continue
        pixels = upright.rgb(frame)
        score = telling(thumbnail(pixels))
        if score >= _ENOUGH:
            return pixels
        if score > best_score:
            best, best_score = pixels, score
    return best
