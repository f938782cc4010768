"""A film as frames that can be drawn on: upright, each with the moment at which it is shown, and its sound beside.

Frames stay as H.264 wants them (brightness and colors apart, 4:2:0, BT.709); what the network sees is made from them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, Final

import av
import av.error
import numpy as np
from av.video.reformatter import Colorspace

from ml.detection.drawing import Plane, Surface
from ml.detection.letterbox import Pixels, resize_for_detection
from ml.upright import Upright, turn_of
from ml.video import MOST_PIXELS, ONE_FILE, USUAL_RATE, expected_frames, mean_rate, unreadable

LONGEST_SIDE: Final = 16_384  # of H.264
#: A second in ticks: what all usual frame rates divide.
CLOCK: Final = 90_000
FORMAT: Final = "yuv420p"
#: Frames that a decoder could not read before the film counts as damaged.
_MOST_DAMAGED: Final = 500
#: Sound that MP4 holds and browsers play is carried over as it is; other sound is left out.
_SOUND: Final = ("aac",)


@dataclass
class Shot:
    """One frame (4:2:0, upright, even sides), free to be drawn on; ``ticks`` of ``CLOCK`` from the film's start.

    ``sound`` are the packets that come before it in the file.
    """

    frame: av.VideoFrame
    ticks: int
    sound: "list[av.Packet[Any]]" = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.ticks / CLOCK

    def surface(self) -> Surface:
        """The frame's own memory."""
        planes = tuple(
            Plane(pixels, 1 if number == 0 else 2, MATRIX[number : number + 1])
            for number, pixels in enumerate(planes_of(self.frame))
        )
        return Surface(self.frame.height, self.frame.width, planes)


@dataclass
class Film:
    """An open film. ``frames`` is what the file says or lets expect, 0 where it says nothing.

    ``stopped`` says that ``shots`` ended at a limit; ``rest`` is the sound after the last frame.
    """

    rate: Fraction
    frames: int
    sound: Any = None  # the stream, None where there is none that can be carried over
    start: Fraction = Fraction(0)  # seconds, by the file's own clock
    shots: Iterator[Shot] = field(default_factory=lambda: iter(()))
    stopped: bool = False
    rest: "list[av.Packet[Any]]" = field(default_factory=list)


@dataclass(frozen=True)
class FilmBounds:
    """Reading stops after so many frames or seconds of film; a frame of more ``pixels`` is refused."""

    frames: int = 20_000
    seconds: float = 1_200.0
    pixels: int = MOST_PIXELS


@contextmanager
def open_film(source: Path | BinaryIO, bounds: FilmBounds, *, threads: int = 0) -> Iterator[Film]:
    """Raises Refused (``unreadable_video``), also while the shots are read. threads: of the decoder, 0 for as many as
    it likes."""
    called = source if isinstance(source, Path) else Path("film")
    with _open(source, called) as container:
        stream = container.streams.video[0]
        _require_size(stream.codec_context.width, stream.codec_context.height, bounds, called)
        stream.thread_type, stream.codec_context.thread_count = ("NONE" if threads == 1 else "AUTO"), threads
        sound = next((one for one in container.streams.audio if one.codec_context.name in _SOUND), None)
        start = Fraction(container.start_time or 0, av.time_base)
        film = Film(mean_rate(stream), expected_frames(container, stream), sound, start)
        film.shots = _shots(container, stream, film, bounds, called)
        yield film


def seen_by_network(frame: av.VideoFrame, image_size: int) -> Pixels:
    """(h, w, 3) RGB, the longest side ``image_size``, resized as YOLOv5's ``detect.py`` does."""
    matrix = Colorspace.ITU709
    rgb = frame.reformat(format="rgb24", src_colorspace=matrix, dst_colorspace=matrix, threads=1)
    return resize_for_detection(np.asarray(rgb.to_ndarray(), np.uint8), image_size)


def blank_shot(number: int, *, width: int = 64, height: int = 64, rate: Fraction = USUAL_RATE) -> Shot:
    """A gray frame of a film that nobody shot."""
    frame = av.VideoFrame(width, height, FORMAT)
    for plane in planes_of(frame):
        plane[...] = 128
    return Shot(frame, round(number / rate * CLOCK))


def planes_of(frame: av.VideoFrame) -> tuple[Pixels, Pixels, Pixels]:
    """Brightness (H, W) and the two colors (H/2, W/2), in the frame's own memory."""
    planes = []
    for number, plane in enumerate(frame.planes):
        step = 1 if number == 0 else 2
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        planes.append(rows[: -(-frame.height // step), : -(-frame.width // step)])
    return planes[0], planes[1], planes[2]


def _shots(container: Any, stream: Any, film: Film, bounds: FilmBounds, name: Path) -> Iterator[Shot]:
    ticks, count, damaged, upright = -1, 0, 0, None
    streams = [stream] if film.sound is None else [stream, film.sound]
    try:
        for packet in container.demux(*streams):
            if packet.stream is not stream:
                film.rest.append(packet)
                continue
            try:
                frames = packet.decode()
            except av.error.FFmpegError:  # players go over a frame that is damaged, and so does whoever cuts a clip
                damaged += 1
                if damaged > _MOST_DAMAGED:
                    raise
                continue
            for frame in frames:
                ticks = max(ticks + 1, _moment(frame, film, count))
                if count >= bounds.frames or ticks > bounds.seconds * CLOCK:
                    film.stopped = True
                    return
                upright = upright or Upright(turn_of(frame), stream.sample_aspect_ratio or Fraction(1))
                _require_size(*upright.size(frame), bounds, name)
                sound, film.rest = film.rest, []
                shown = upright.yuv420p(frame)
                shown.make_writable()
                yield Shot(shown, ticks, sound)
                count += 1
    except av.error.FFmpegError as error:
        raise unreadable(name) from error
    if damaged >= count:
        raise unreadable(name)


def _require_size(width: int, height: int, bounds: FilmBounds, name: Path) -> None:
    """Looked at before a frame is decoded, and of each frame: a film may change midway. H.264 has its own limits."""
    if not (min(width, height) >= 2 and max(width, height) <= LONGEST_SIDE and width * height <= bounds.pixels):
        raise unreadable(name)


def _moment(frame: Any, film: Film, number: int) -> int:
    """When the frame is shown; by its number where the file does not say."""
    if frame.pts is None or not frame.time_base:
        return round(number / film.rate * CLOCK)
    return round(Fraction(frame.pts * frame.time_base - film.start) * CLOCK)


@contextmanager
def _open(source: Path | BinaryIO, name: Path) -> Iterator[Any]:
    try:
        container = av.open(str(source) if isinstance(source, Path) else source, options=ONE_FILE)
    except (av.error.FFmpegError, OSError) as error:
        raise unreadable(name) from error
    with container:
        if not container.streams.video or container.streams.video[0].codec_context is None:
            raise unreadable(name)
        yield container


def _brightness_and_colors() -> "np.ndarray[Any, np.dtype[np.float32]]":
    """(3, 4): red, green, blue (0…255) and 1 to Y, Cb, Cr of limited range (ITU-R BT.709-6)."""
    y = np.array([0.2126, 0.7152, 0.0722])
    cb, cr = (np.array([0, 0, 1]) - y) / (2 * (1 - y[2])), (np.array([1, 0, 0]) - y) / (2 * (1 - y[0]))
    scaled = np.stack((y * 219 / 255, cb * 224 / 255, cr * 224 / 255))
    return np.hstack((scaled, [[16], [128], [128]])).astype(np.float32)


MATRIX: Final = _brightness_and_colors()
