"""Writes a film that every browser plays while it loads: H.264, 4:2:0, index first, frames at their own moments."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final

import av
from av.video.reformatter import ColorRange, Colorspace

from ml.detection.footage import CLOCK, FORMAT, Film, FilmBounds, Shot

#: A third of the time of "veryfast" at its size and its errors, on drawn films and on noise: only what costs little is
#: switched on again of what "ultrafast" leaves out.
ENCODER: Final = {
    "preset": "ultrafast",
    "crf": "26",
    "x264-params": "cabac=1:bframes=2:b-adapt=0:no-deblock=0",
}
_KEY_SECONDS: Final = 2  # between frames that a player can jump to
#: Of the index that is kept free at the beginning: so much for each frame and packet of sound, and for the rest.
_INDEX_BYTES_EACH: Final = 48
_INDEX_BYTES: Final = 1 << 16
_SOUND_PACKETS_EACH_SECOND: Final = 100


class Filming:
    """A context manager; ``film`` is where the shots come from. ``threads`` of the encoder, 0 for as many as it likes.

    target: a path, or a file open for writing that can seek. The index is written into room left for it: a film read
    while it arrives can be played, and nothing is copied at the end.
    """

    def __init__(self, target: Path | BinaryIO, film: Film, bounds: FilmBounds, *, threads: int = 0) -> None:
        place = str(target) if isinstance(target, Path) else target
        room = _room(film, bounds)
        self._container: Any = av.open(place, "w", format="mp4", options={"moov_size": str(room)})
        self._film, self._threads = film, threads
        self._video: Any = None
        self._sound: Any = None

    def __enter__(self) -> "Filming":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if kind is None and self._video is not None:
            self._container.mux(self._video.encode(None))
            self.hear(self._film.rest)
        self._container.close()

    def write(self, shot: Shot) -> None:
        """The first shot decides the size."""
        if self._video is None:
            self._begin(shot.frame)
        frame = shot.frame
        if (frame.width, frame.height) != (self._video.width, self._video.height):
            frame = frame.reformat(width=self._video.width, height=self._video.height, threads=1)
        self.hear(shot.sound)
        frame.pts, frame.time_base, frame.pict_type = shot.ticks, Fraction(1, CLOCK), 0
        self._container.mux(self._video.encode(frame))

    def hear(self, packets: "Sequence[av.Packet[Any]]") -> None:
        """Sound as it was, from the film's start on."""
        for packet in packets:
            if self._sound is None or packet.dts is None or packet.pts is None:
                continue
            early = round(self._film.start / packet.time_base)
            packet.pts, packet.dts = packet.pts - early, packet.dts - early
            packet.stream = self._sound
            self._container.mux(packet)

    def _begin(self, frame: av.VideoFrame) -> None:
        self._video = self._container.add_stream("libx264", rate=self._film.rate, options=ENCODER)
        self._video.width, self._video.height, self._video.pix_fmt = frame.width, frame.height, FORMAT
        context = self._video.codec_context
        context.time_base = Fraction(1, CLOCK)
        context.gop_size = max(1, round(self._film.rate * _KEY_SECONDS))
        context.thread_count, context.thread_type = self._threads, "NONE" if self._threads == 1 else "AUTO"
        context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
        if self._film.sound is not None:
            self._sound = self._container.add_stream_from_template(self._film.sound)


def _room(film: Film, bounds: FilmBounds) -> int:
    """Bytes for the index of all that may come: a file may say less than it holds, not more than it is read for."""
    frames = min(bounds.frames, 2 * film.frames + 1_000 if film.frames else bounds.frames)
    seconds = min(bounds.seconds, float(frames / film.rate) * 2 + 60)
    packets = 0 if film.sound is None else int(seconds * _SOUND_PACKETS_EACH_SECOND)
    return _INDEX_BYTES + _INDEX_BYTES_EACH * (frames + packets)
