"""When a film shows what: detections per class over time, as numbers that a plot or a program reads. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

VERSION: Final = 1
#: However long the film and however rich the network, a timeline stays a few hundred kilobytes at most.
MOST_BINS: Final = 240
MOST_CLASSES: Final = 50
MOST_COUNTS: Final = 60_000  # frames × classes of the part that goes frame by frame
#: Seconds that one bin may last: what people read on an axis.
STEPS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)


@dataclass(frozen=True)
class Sighting:
    """One frame: when it is shown, in seconds from the start, and the class of each box in it, with its confidence."""

    seconds: float
    classes: tuple[int, ...] = ()
    confidences: tuple[float, ...] = ()


def timeline_of(
    names: Sequence[str], sightings: Sequence[Sighting], *, seconds: float, colors: Sequence[str] | None = None
) -> dict[str, Any]:
    """What was seen when, the classes most often seen first; classes that were never seen are left out.

    ``{"version", "frames", "seconds", "bin_seconds", "bins", "classes", "others", "per_frame"}``. Of each class:
    ``name``, ``color`` (where ``colors`` are given), ``detections`` (boxes in all), ``frames`` with at least one,
    ``most`` in one frame, ``first_seconds`` and ``last_seconds`` of sight, mean ``confidence``, and ``bins``: the mean
    number of boxes a frame in each bin, None where no frame falls into one. ``others`` counts the classes seen beyond
    the ``MOST_CLASSES`` that are listed. ``per_frame`` is ``{"seconds": […], "counts": [[…] per class]}``, or None
    where it would be larger than ``MOST_COUNTS`` numbers.

    Frames are in the order in which they are shown. Raises ValueError for a class that has no name.
    """
    totals = Counter(index for one in sightings for index in one.classes)
    if totals and not 0 <= min(totals) <= max(totals) < len(names):
        raise ValueError("a class that has no name")
    step = bin_seconds(seconds, len(sightings))
    ranked = sorted(totals, key=lambda index: (-totals[index], names[index]))
    shown = ranked[:MOST_CLASSES]
    bins = max(1, -(-_ticks(seconds) // _ticks(step)))
    return {
        "version": VERSION,
        "frames": len(sightings),
        "seconds": round(seconds, 3),
        "bin_seconds": step,
        "bins": bins,
        "classes": [_row(index, names, sightings, colors, step, bins) for index in shown],
        "others": len(ranked) - len(shown),
        "per_frame": _frame_by_frame(shown, sightings),
    }


def bin_seconds(seconds: float, frames: int) -> float:
    """How long one bin lasts: as short as can be, with a frame in each and no more than ``MOST_BINS`` of them."""
    between_frames = seconds / max(frames, 1)
    for step in STEPS:
        if step >= between_frames and seconds / step <= MOST_BINS:
            return step
    return max(between_frames, seconds / MOST_BINS)


def _ticks(seconds: float) -> int:
    """Milliseconds, so that 0.3 / 0.1 is three."""
    return max(1, round(1000 * seconds))


def _row(
    index: int,
    names: Sequence[str],
    sightings: Sequence[Sighting],
    colors: Sequence[str] | None,
    step: float,
    bins: int,
) -> dict[str, Any]:
    counts = [one.classes.count(index) for one in sightings]
    seen = [one.seconds for one, count in zip(sightings, counts, strict=True) if count]
    sure = [
        confidence
        for one in sightings
        for found, confidence in zip(one.classes, one.confidences, strict=False)
        if found == index
    ]
    return {
        "name": names[index],
        **({} if colors is None else {"color": colors[index]}),
        "detections": sum(counts),
        "frames": len(seen),
        "most": max(counts),
        "first_seconds": round(seen[0], 3),
        "last_seconds": round(seen[-1], 3),
        "confidence": round(sum(sure) / len(sure), 4) if sure else None,
        "bins": _means(counts, [one.seconds for one in sightings], step, bins),
    }


def _means(counts: Sequence[int], seconds: Sequence[float], step: float, bins: int) -> list[float | None]:
    boxes, frames = [0] * bins, [0] * bins
    for count, at in zip(counts, seconds, strict=True):
        place = min(max(int(_ticks(at) // _ticks(step)) if at > 0 else 0, 0), bins - 1)
        boxes[place] += count
        frames[place] += 1
    return [round(box / frame, 3) if frame else None for box, frame in zip(boxes, frames, strict=True)]


def _frame_by_frame(shown: Sequence[int], sightings: Sequence[Sighting]) -> dict[str, Any] | None:
    if len(sightings) * max(1, len(shown)) > MOST_COUNTS:
        return None
    counts = [[one.classes.count(index) for one in sightings] for index in shown]
    return {"seconds": [round(one.seconds, 3) for one in sightings], "counts": counts}
