"""A film in, the same film out with boxes: reading, the network, drawing and encoding at the same time."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from ml.ahead import Behind, ahead
from ml.detection.detections import Detections
from ml.detection.drawing import draw_on
from ml.detection.filming import Filming
from ml.detection.footage import Film, FilmBounds, Shot, open_film, seen_by_network
from ml.detection.frames import Look, detect_each
from ml.detection.palette import colors_of, hexadecimal
from ml.detection.predictor import usual_threads
from ml.detection.settings import EvaluationSettings
from ml.engines import Engine
from ml.timeline import Sighting, timeline_of

__all__ = ["FilmBounds", "Seen", "detect_film"]

#: Shots that are read before the network wants them, and that wait for the encoder: a batch each.
_AHEAD: Final = 8
_USUAL: Final = FilmBounds()


@dataclass
class Seen:
    """What became of a film: ``width`` and ``height`` of what was written, in pixels; ``stopped`` at a bound."""

    names: tuple[str, ...]
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    stopped: bool = False
    sightings: list[Sighting] = field(default_factory=list)

    @property
    def frames(self) -> int:
        return len(self.sightings)

    def timeline(self) -> dict[str, Any]:
        """See ``ml.timeline``, with each class's color."""
        colors = [hexadecimal(color) for color in colors_of(self.names)]
        return timeline_of(self.names, self.sightings, seconds=self.seconds, colors=colors)


def detect_film(
    engine: Engine,
    source: Path | BinaryIO,
    target: Path | BinaryIO,
    settings: EvaluationSettings,
    *,
    bounds: FilmBounds = _USUAL,
    threads: int | None = None,
    on_frame: Callable[[int, int, Shot, Detections], None] = lambda done, expected, shot, found: None,
) -> Seen:
    """Find and draw the boxes of every frame; the sound is kept where MP4 can hold it as it is.

    threads: of everything together, the processor's cores by default; with one, no thread is started. ``on_frame`` is
    told the frame's number from 1, how many are expected (0 where the file does not say), the frame before it is drawn
    on, and its boxes in its pixels. Raises Refused (``unreadable_video``) and as ``predict``.
    """
    threads = threads or usual_threads()
    own = threads
    seen = Seen(engine.names)
    with ExitStack() as opened:
        film = opened.enter_context(open_film(source, bounds, threads=own))
        filming = opened.enter_context(Filming(target, film, bounds, threads=own))
        looks: Iterable[Look[Shot]] = _looks(film, settings.canvas_size)
        write = _Writer(filming, engine.names)
        put = write
        if threads > 1:
            looks = opened.enter_context(ahead(looks, _AHEAD))
            put = opened.enter_context(Behind(write, _AHEAD)).put  # type: ignore[assignment]
        expected = min(film.frames, bounds.frames)
        for shot, found in detect_each(engine, looks, settings, threads=threads):
            seen.sightings.append(_sighting(shot, found))
            on_frame(seen.frames, expected, shot, found)
            put((shot, found))
        _conclude(seen, film, shot)
    return seen


class _Writer:
    def __init__(self, filming: Filming, names: tuple[str, ...]) -> None:
        self._filming, self._names = filming, names

    def __call__(self, drawn: tuple[Shot, Detections]) -> None:
        shot, found = drawn
        draw_on(shot.surface(), found, self._names)
        self._filming.write(shot)


def _looks(film: Film, image_size: int) -> Iterator[Look[Shot]]:
    for shot in film.shots:
        yield Look(shot, seen_by_network(shot.frame, image_size), (shot.frame.height, shot.frame.width))


def _sighting(shot: Shot, found: Detections) -> Sighting:
    confidences = np.round(found.confidence.astype(np.float64), 4).tolist()
    return Sighting(shot.seconds, tuple(found.class_index.tolist()), tuple(confidences))


def _conclude(seen: Seen, film: Film, last: Shot) -> None:
    seen.width, seen.height, seen.stopped = last.frame.width, last.frame.height, film.stopped
    seen.seconds = last.seconds + float(1 / film.rate)
