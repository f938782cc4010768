"""Videos as frames, through FFmpeg (PyAV)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Final

import av
import av.error

from ml.errors import Refused
from ml.upright import Pixels, Upright, turn_of

USUAL_RATE: Final = Fraction(30)  # frames a second, where a file does not say
_HIGHEST_RATE: Final = 240
MOST_PIXELS: Final = 1 << 26  # of a frame: twice 8K, looked at before a frame is decoded
#: Containers that hold their film themselves. Playlists, which FFmpeg tells from the content and whatever the name,
#: would open other files and addresses.
ONE_FILE: Final = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,ogg,flv,asf,gif",
    "protocol_whitelist": "file",
}


@dataclass(frozen=True)
class Video:
    """An open video. ``frames`` are (H, W, 3) in RGB as they are meant to be seen: upright, pixels square.

    rate: mean frames a second; width, height: of the frames; expected_frames: how many the file announces, 0 where it
    does not say; times: seconds from the first frame, one more with each frame that is read.
    """

    rate: Fraction
    frames: Iterator[Pixels]
    width: int = 0
    height: int = 0
    expected_frames: int = 0
    times: list[float] = field(default_factory=list)


@contextmanager
def open_video(path: Path, *, threads: int = 0) -> Iterator[Video]:
    """Raises Refused (``unreadable_video``), also while the frames are read. ``threads`` of the decoder, 0 for all."""
    try:
        container = av.open(str(path), options=ONE_FILE)
    except (av.error.FFmpegError, OSError) as error:
        raise unreadable(path) from error
    with container:
        if not container.streams.video:
            raise unreadable(path)
        stream = container.streams.video[0]
        if stream.codec_context is None or stream.codec_context.width * stream.codec_context.height > MOST_PIXELS:
            raise unreadable(path)
        stream.codec_context.thread_count = threads
        stream.thread_type = "AUTO"
        with _readable(path):
            decoded = container.decode(stream)
            first = next(decoded, None)
        if first is None:
            raise unreadable(path)
        upright = Upright(turn_of(first), stream.sample_aspect_ratio or Fraction(1))
        width, height = upright.size(first)
        times: list[float] = []
        shots = _upright(chain([first], decoded), upright, times, path)
        yield Video(mean_rate(stream), shots, width, height, expected_frames(container, stream), times)


def _upright(decoded: Iterator[av.VideoFrame], upright: Upright, times: list[float], path: Path) -> Iterator[Pixels]:
    """Frame after frame, its time noted; a time that is missing or goes back is taken for a step of the rate."""
    start: float | None = None
    with _readable(path):
        for frame in decoded:
            at = frame.time
            start = at if start is None and at is not None else start
            seconds = 0.0 if at is None or start is None else at - start
            if times and (at is None or seconds <= times[-1]):
                seconds = times[-1] + 1 / float(USUAL_RATE)
            pixels = upright.rgb(frame)
            times.append(seconds)
            yield pixels


def mean_rate(stream: av.VideoStream) -> Fraction:
    rate = Fraction(stream.average_rate or USUAL_RATE)
    return min(rate, Fraction(_HIGHEST_RATE)) if rate > 0 else USUAL_RATE


def expected_frames(container: "av.container.InputContainer", stream: av.VideoStream) -> int:
    """What the header says, or the length times the rate."""
    if stream.frames:
        return stream.frames
    return round(container.duration / av.time_base * mean_rate(stream)) if container.duration else 0


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except av.error.FFmpegError as error:
        raise unreadable(path) from error


def unreadable(path: Path) -> Refused:
    return Refused(
        "unreadable_video",
        {
            "en": f"{path.name} is neither a readable picture nor a readable video",
            "fr": f"{path.name} n'est ni une image ni une vidéo lisible",
        },
        {
            "en": "Give a JPEG or PNG picture, or a video such as an MP4; play it once to see whether it is whole.",
            "fr": "Donnez une image JPEG ou PNG, ou une vidéo, MP4 par exemple ; lisez-la une fois pour vérifier "
            "qu'elle est entière.",
        },
    )
