"""Inside the walls: a film's packets are counted before any is decoded: its times, and whether they can be kept.

One pass over the file. What comes out decides how the copy is made and how large its index can become.
"""

from dataclasses import dataclass, field
from typing import Final

from grader.videos.facts import HIGHEST_RATE, VideoFacts
from grader.videos.film import Film, packets_of, too_long
from grader.videos.timing import Rate, rate_of
from grader.videos.unusable import Unusable

#: A film may be this much shorter than it says (seconds, share) before it counts as cut.
_SLACK_SECONDS: Final = 1.0
_SLACK_SHARE: Final = 0.1
_BACK_SECONDS: Final = 1.0  # a clock that goes back so far began anew: two films in one file
_FARTHEST: Final = 1e9  # seconds: a clock that says more lies


@dataclass
class Survey:
    """``times`` of the pictures in the order they are shown, ``end`` of everything: seconds on the film's own clock.
    ``keepable``: every picture has its times, none is cut away, the codec stays the same. ``decode_times`` are made up,
    on the track's clock and in the file's order, where the file says none (Matroska).
    """

    times: list[float] = field(default_factory=list)
    end: float = 0.0
    sounds: int = 0
    keepable: bool = True
    decode_times: list[int] = field(default_factory=list)
    rate: Rate = field(default_factory=lambda: Rate(30.0, False))

    @property
    def start(self) -> float:
        """The first picture is shown: there the copy begins, sound and all."""
        return self.times[0]

    @property
    def seconds(self) -> float:
        return self.end - self.start

    def facts(self, film: Film, *, width: int, height: int, rotation: int, notes: tuple[str, ...]) -> VideoFacts:
        return VideoFacts(
            duration_seconds=round(self.seconds, 3),
            width=width,
            height=height,
            rotation=rotation,
            frame_rate=round(self.rate.mean, 3),
            is_variable_rate=self.rate.is_variable,
            frames=len(self.times),
            video_codec=film.codec,
            audio_codec=film.audio_codec,
            container=film.family,
            size_bytes=film.source.size,
            notes=notes,
        )


def survey(film: Film) -> Survey:
    """Raises Unusable for a film that is too long, cut, or whose times make no sense."""
    found = Survey(end=float("-inf"))
    first = float("inf")
    last_dts = last_seconds = float("-inf")
    shown: list[int] = []
    says_when_to_decode = True
    for packet in packets_of(film):
        pts = packet.dts if packet.pts is None else packet.pts
        if pts is None or packet.time_base is None:
            found.keepable &= packet.stream is not film.video
            continue
        at = float(pts * packet.time_base)
        if abs(at) > _FARTHEST:
            raise Unusable("absurd_times")
        first = min(first, at)
        found.end = max(found.end, at + float((packet.duration or 0) * packet.time_base))
        if found.end - first > film.limits.max_seconds:
            raise too_long(max(found.end - first, film.announced_seconds), film.limits)
        if packet.stream is not film.video:
            found.sounds += 1
            continue
        if packet.is_discard:
            found.keepable = False
            continue
        if packet.has_sidedata("new_extradata") or packet.has_sidedata("param_change"):
            found.keepable = False
        dts = packet.dts
        if dts is not None and float(dts * packet.time_base) < last_seconds - _BACK_SECONDS:
            raise Unusable("changes_midway")
        found.keepable &= packet.pts is not None and (dts is None or dts > last_dts) and not packet.is_corrupt
        says_when_to_decode &= dts is not None
        shown.append(pts)
        if dts is not None:
            last_dts, last_seconds = dts, float(dts * packet.time_base)
        found.times.append(at)
        if len(found.times) > film.limits.max_frames:
            raise Unusable("too_many_frames", most=film.limits.max_frames)
    if not says_when_to_decode:
        found.keepable &= len(set(shown)) == len(shown)
        found.decode_times = decode_times(shown)
    return _judged(film, found)


def decode_times(shown: list[int]) -> list[int]:
    """When to decode pictures that are ``shown`` then, in the file's order: one after the other, none too late."""
    in_order = sorted(shown)
    delay = max((at - when for at, when in zip(in_order, shown, strict=True)), default=0)
    return [at - delay for at in in_order]


def _judged(film: Film, found: Survey) -> Survey:
    if not found.times:
        raise Unusable("no_frames")
    found.times.sort()
    try:
        found.rate = rate_of(found.times, usual=float(film.video.average_rate or 30))
    except ValueError as error:
        raise Unusable("absurd_times") from error
    if found.rate.mean > HIGHEST_RATE:
        raise Unusable("absurd_rate", rate=f"{found.rate.mean:.0f}")
    found.end = max(found.end, found.times[-1] + 1 / found.rate.mean)
    if found.seconds > film.limits.max_seconds:
        raise too_long(found.seconds, film.limits)
    _require_whole(film, found)
    return found


def _require_whole(film: Film, found: Survey) -> None:
    """Raises Unusable (``cut_short``) where the file announces more than is there."""
    announced = max(len(film.video.index_entries), film.video.frames if film.family == "avi" else 0)
    if film.family == "webm":
        expected = film.announced_seconds
    elif film.family in ("mp4", "avi"):
        rate = float(film.video.average_rate or found.rate.mean)
        expected = found.seconds + (announced - len(found.times)) / rate
    else:
        return
    if expected - found.seconds > max(_SLACK_SECONDS, _SLACK_SHARE * expected):
        raise Unusable("cut_short", found=f"{found.seconds:.1f}", expected=f"{expected:.1f}")
