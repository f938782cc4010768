"""Inside the walls: a film opened on a descriptor, so that no name is needed, and checked before a picture is decoded.

Any program of a sealed child may use it; it must have been imported before the walls were raised.
"""

import errno
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NoReturn

import av
import av.error
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.frame import VideoFrame

from grader.videos import formats, heads
from grader.videos.facts import HIGHEST_RATE, VideoLimits
from grader.videos.unusable import Unusable

BUFFER_BYTES: Final = 1 << 18
#: Twice 8K: a header that says more lies, and FFmpeg looks no further.
ABSURD_PIXELS: Final = 1 << 26
_PROBE: Final = {"probesize": str(8 << 20), "analyzeduration": "5000000", "max_streams": "32"}
#: Pictures that a decoder could not read, one after the other, before the film counts as damaged.
_MOST_DAMAGED: Final = 500


class Source:
    """An open descriptor as the file that FFmpeg reads: by position, so that nobody else's offset matters."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.lseek(descriptor, 0, os.SEEK_END)  # behind the walls nobody may ask about a file
        self._at = 0

    def read(self, count: int) -> bytes:
        found = os.pread(self._descriptor, count, self._at)
        self._at += len(found)
        return found

    def pread(self, at: int, count: int) -> bytes:
        """``count`` bytes from ``at``, fewer at the end."""
        return os.pread(self._descriptor, count, at) if at < self.size else b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


@dataclass(frozen=True)
class Film:
    """An open film: its one picture track, its sound if there is any that is known, and what was noticed."""

    container: InputContainer
    video: Any
    audio: Any | None
    source: Source
    limits: VideoLimits
    notes: tuple[str, ...] = ()

    @property
    def codec(self) -> str:
        return str(self.video.codec.canonical_name)

    @property
    def audio_codec(self) -> str | None:
        return None if self.audio is None else str(self.audio.codec.canonical_name)

    @property
    def family(self) -> str:
        return formats.family_of(self.container.format.name)

    @property
    def announced_seconds(self) -> float:
        """What the file says of itself; 0 where it says nothing."""
        return (self.container.duration or 0) / av.time_base

    @property
    def aspect(self) -> Fraction:
        """How much wider a stored pixel is than it is high; 1 nearly always."""
        ratio = self.video.sample_aspect_ratio or Fraction(1)
        return Fraction(ratio) if Fraction(1, 8) <= ratio <= 8 else Fraction(1)


@contextmanager
def open_film(source: Source, limits: VideoLimits) -> Iterator[Film]:
    """Raises Unusable for what is no film, or one beyond the limits; nothing was decoded to find out."""
    source.seek(0)
    other = heads.what_else(source.pread(0, heads.HEAD_BYTES))
    if other is not None:
        raise Unusable(other[0], **other[1])
    options = {
        **_PROBE,
        "format_whitelist": ",".join(formats.DEMUXERS),
        "codec_whitelist": ",".join(formats.DECODERS),
        "protocol_whitelist": "",
        "max_pixels": str(ABSURD_PIXELS),
    }
    try:
        container = av.open(
            source, "r", options=options, metadata_errors="replace", io_open=_no_other_file, buffer_size=BUFFER_BYTES
        )
    except (av.error.FFmpegError, PermissionError) as error:
        require_memory(error)
        raise _unreadable(source) from error
    with container:
        yield _chosen(container, source, limits)


def packets_of(film: Film) -> Iterator[Any]:
    """Packets of its pictures and its sound, in the file's order. A place where the file breaks is its end."""
    packets = iter(film.container.demux(*(stream for stream in (film.video, film.audio) if stream is not None)))
    while True:
        try:
            packet = next(packets, None)
        except av.error.FFmpegError:
            return
        if packet is None:
            return
        if packet.size:
            yield packet


def decoded(film: Film) -> Iterator[tuple[VideoFrame, float]]:
    """Its pictures with their times. Raises Unusable when too many cannot be decoded, or none."""
    decoder = Decoder(film)
    for packet in packets_of(film):
        if packet.stream is film.video:
            yield from decoder.take(packet)
    yield from decoder.end()
    decoder.require_most()


class Decoder:
    """Pictures out of packets, each with its time: seconds on the film's own clock, later than the one before.

    ``damaged`` counts the packets that could not be decoded. Raises Unusable when they are too many, or the pictures.
    """

    def __init__(self, film: Film) -> None:
        self.count = 0
        self.damaged = 0
        self._film = film
        self._last = float("-inf")
        self._step = 1 / float(film.video.average_rate or 30)
        prepare_decoder(film.video, film.limits)

    def take(self, packet: Any) -> Iterator[tuple[VideoFrame, float]]:
        try:
            frames = packet.decode()
        except av.error.FFmpegError as error:
            require_memory(error)
            self.damaged += 1
            if self.damaged > _MOST_DAMAGED:
                raise Unusable("damaged") from None
            return
        yield from self._timed(frames)

    def end(self) -> Iterator[tuple[VideoFrame, float]]:
        try:
            frames = self._film.video.decode(None)
        except av.error.FFmpegError:
            return
        yield from self._timed(frames)

    def require_most(self) -> None:
        """Raises Unusable where there was no picture, or more could not be decoded than could."""
        if not self.count:
            raise Unusable("no_frames")
        if self.damaged > self.count:
            raise Unusable("damaged")

    def _timed(self, frames: list[VideoFrame]) -> Iterator[tuple[VideoFrame, float]]:
        limits = self._film.limits
        for frame in frames:
            if frame.width * frame.height > limits.max_pixels:
                raise Unusable("too_many_pixels", width=frame.width, height=frame.height)
            at = self._time_of(frame)
            if at <= self._last:
                continue
            self._last, self.count = at, self.count + 1
            if self.count > limits.max_frames:
                raise Unusable("too_many_frames", most=limits.max_frames)
            yield frame, at

    def _time_of(self, frame: VideoFrame) -> float:
        clock = frame.time_base or self._film.video.time_base
        if frame.pts is None or clock is None:
            return self._last + self._step if self.count else 0.0
        return float(frame.pts * clock)


def prepare_decoder(stream: Any, limits: VideoLimits) -> None:
    """Before the first packet, or after a jump: as many threads as are allowed, and no picture beyond the limits."""
    context = stream.codec_context
    if context.is_open:
        context.flush_buffers()
        return
    context.thread_count = limits.threads
    context.thread_type = "AUTO" if limits.threads > 1 else "NONE"
    context.options = {"max_pixels": str(limits.max_pixels)}


def require_memory(error: Exception) -> None:
    """Raises MemoryError where that is what FFmpeg lacked."""
    if getattr(error, "errno", 0) == errno.ENOMEM:
        raise MemoryError from error


def _no_other_file(*arguments: object, **named: object) -> NoReturn:
    raise PermissionError("a film holds itself")


def _unreadable(source: Source) -> Unusable:
    is_film = heads.is_cut(source.pread, source.size)
    if is_film:
        return Unusable("truncated")
    known = source.pread(0, 12)
    begins_well = known[4:8] == b"ftyp" or known[:4] in (b"RIFF", b"\x1a\x45\xdf\xa3")
    return Unusable("damaged" if begins_well else "not_a_video")


def _chosen(container: InputContainer, source: Source, limits: VideoLimits) -> Film:
    pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not pictures:
        raise Unusable("no_picture" if container.streams.audio else "not_a_video")
    if len(pictures) > 1:
        raise Unusable("several_videos", count=len(pictures))
    (video,) = pictures
    _check(video, limits)
    sounds = [stream for stream in container.streams.audio if _codec(stream) in formats.SOUNDS]
    notes = ["several_sounds"] if len(sounds) > 1 else []
    if container.streams.audio and not sounds:
        notes.append("sound_lost")
    for stream in container.streams:
        if stream is not video and stream not in sounds[:1]:
            stream.discard = Discard.all
    film = Film(container, video, sounds[0] if sounds else None, source, limits, tuple(notes))
    # What Matroska announces is its word alone, which may be wrong: its packets tell (``survey``).
    if film.family != "webm" and film.announced_seconds > limits.max_seconds:
        raise too_long(film.announced_seconds, limits)
    return film


def too_long(seconds: float, limits: VideoLimits) -> Unusable:
    """The length is told rounded up and the limit down: 120.02 s is not "2:00, and at most 2:00"."""
    return Unusable("too_long", found=_lasting(math.ceil(min(seconds, 1e12))), most=_lasting(int(limits.max_seconds)))


def _lasting(whole: int) -> str:
    """ "2:05:00" or "0:45": read the same in both languages."""
    hours, rest = divmod(whole, 3_600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _is_cover(stream: Any) -> bool:
    """A still picture beside the film (a sleeve, a thumbnail) is none of its tracks."""
    disposition = int(stream.disposition)
    return bool(disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _codec(stream: Any) -> str:
    context = stream.codec_context
    return "" if context is None or stream.codec is None else str(stream.codec.canonical_name)


def _check(video: Any, limits: VideoLimits) -> None:
    codec = _codec(video)
    if codec not in formats.PICTURES:
        raise Unusable("codec_unknown", codec=codec.upper()) if codec else Unusable("codec_unnamed")
    width, height = video.codec_context.width, video.codec_context.height
    if width * height > ABSURD_PIXELS:
        raise Unusable("absurd_size", width=width, height=height)
    if width * height > limits.max_pixels:
        raise Unusable("too_many_pixels", width=width, height=height)
    if width < 1 or height < 1:
        raise Unusable("sizeless")
    rate = video.average_rate or video.guessed_rate or 0
    if rate > HIGHEST_RATE:
        raise Unusable("absurd_rate", rate=f"{float(rate):.0f}")
