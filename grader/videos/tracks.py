"""Inside the walls: the tracks of a copy. Packets of the film in, packets of the copy out, kept or made anew.

All times begin with the film: what lies before its start is nowhere in the copy.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, Protocol

import av.error
from av.packet import Packet

from grader.videos.film import Decoder, Film
from grader.videos.probing import Look
from grader.videos.user_data import length_bytes_of, without_user_data
from ml.upright import Upright

TICK: Final = Fraction(1, 90_000)
_MOST_BROKEN_SOUNDS: Final = 200
_PRIMING_SECONDS: Final = 0.05
_ANY_TYPE: Final = 0  # of a frame, for the encoder to choose


class PictureTrack(Protocol):
    """``count`` pictures were written; they are shown in ``size`` after a turn of ``rotation`` degrees."""

    count: int
    size: tuple[int, int]
    rotation: int

    @property
    def notes(self) -> tuple[str, ...]: ...
    def take(self, packet: Any) -> list[Any]: ...
    def end(self) -> list[Any]: ...


class SoundTrack(Protocol):
    """``codec`` is that of the copy."""

    codec: str
    notes: tuple[str, ...]

    def take(self, packet: Any) -> list[Any]: ...
    def end(self) -> list[Any]: ...


class KeptPictures:
    """H.264 as it was filmed, without the messages between its pictures."""

    notes: tuple[str, ...] = ()

    def __init__(self, film: Film, start: float, stream: Any, seen: Look, decode_times: Sequence[int]) -> None:
        """``decode_times`` of the packets, where the film says none."""
        self.count = 0
        self.size = (seen.width, seen.height)
        self._decode_times = decode_times
        self.rotation = seen.turn.degrees
        self._start = start
        self._stream = stream
        self._length_bytes = length_bytes_of(film.video.codec_context.extradata)

    def take(self, packet: Any) -> list[Any]:
        if self._decode_times:
            packet.dts = self._decode_times[self.count]
        content = bytes(packet)
        lighter = without_user_data(content, self._length_bytes)
        self.count += 1
        return [_moved(packet if lighter is content else _with(packet, lighter), self._start, self._stream)]

    def end(self) -> list[Any]:
        return []


class NewPictures:
    """Pictures decoded, turned upright and encoded for browsers. Raises Unusable when not one could be decoded."""

    rotation = 0

    def __init__(
        self, film: Film, start: float, stream: Any, upright: Upright, size: tuple[int, int], notes: tuple[str, ...]
    ) -> None:
        self.count = 0
        self.size = size
        self._notes = notes
        self._decoder = Decoder(film)
        self._start = start
        self._stream = stream
        self._upright = upright
        self._last = -1

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self._notes, "damaged_frames") if self._decoder.damaged else self._notes

    def take(self, packet: Any) -> list[Any]:
        return self._encoded(self._decoder.take(packet))

    def end(self) -> list[Any]:
        last = self._encoded(self._decoder.end())
        self._decoder.require_most()
        return [*last, *self._stream.encode(None)]

    def _encoded(self, frames: Any) -> list[Any]:
        packets = []
        for frame, at in frames:
            made = self._upright.yuv420p(frame)
            if (made.width, made.height) != self.size:  # a film may change its size on the way
                made = made.reformat(*self.size, threads=1)
            made.pict_type = _ANY_TYPE
            made.time_base = TICK
            made.pts = self._last = max(self._last + 1, round((at - self._start) / TICK))
            packets += self._stream.encode(made)
            self.count += 1
        return packets


class KeptSound:
    """Sound that browsers play already."""

    notes: tuple[str, ...] = ()

    def __init__(self, codec: str, start: float, stream: Any) -> None:
        self.codec = codec
        self._start = start
        self._stream = stream
        self._last: int | None = None

    def take(self, packet: Any) -> list[Any]:
        """Nothing for a packet that is cut away or out of its order. One just before the start primes a decoder."""
        if packet.dts is None or packet.pts is None:
            return []
        at = float(packet.pts * packet.time_base) - self._start
        if at < -_PRIMING_SECONDS or (packet.is_discard and at >= 0):
            return []
        if self._last is not None and packet.dts <= self._last:
            return []
        self._last = packet.dts
        return [_moved(packet, self._start, self._stream)]

    def end(self) -> list[Any]:
        return []


class NewSound:
    """Sound decoded and encoded as AAC. What cannot be read is left out; after too much of that, the rest."""

    codec = "aac"

    def __init__(self, source: Any, start: float, stream: Any) -> None:
        self.notes: tuple[str, ...] = ()
        self._source = source
        self._start = start
        self._stream = stream
        self._broken = 0
        self._last: Fraction | None = None

    def take(self, packet: Any) -> list[Any]:
        return self._encoded(packet.decode)

    def end(self) -> list[Any]:
        last = self._encoded(lambda: self._source.decode(None))
        try:
            return [*last, *self._stream.encode(None)]
        except (av.error.FFmpegError, ValueError):
            return last

    def _encoded(self, decode: Any) -> list[Any]:
        if self._broken > _MOST_BROKEN_SOUNDS:
            return []
        packets = []
        try:
            for frame in decode():
                if self._is_next(frame):
                    packets += self._stream.encode(frame)
        except (av.error.FFmpegError, ValueError):  # ValueError: the sound changes its shape on the way
            self._broken += 1
            self.notes = ("sound_lost",) if self._broken > _MOST_BROKEN_SOUNDS else self.notes
        return packets

    def _is_next(self, frame: Any) -> bool:
        """Moves the frame to the copy's clock; False where it lies before what was heard already."""
        if frame.pts is None or frame.time_base is None:
            return self._last is not None
        at = Fraction(frame.pts) * frame.time_base - Fraction(self._start)
        if at < 0 or (self._last is not None and at < self._last):
            return False
        frame.pts = round(at / frame.time_base)
        self._last = at
        return True


def _with(packet: Any, content: bytes) -> Any:
    made: Any = Packet(content)
    made.pts, made.dts, made.duration, made.time_base = packet.pts, packet.dts, packet.duration, packet.time_base
    made.is_keyframe = packet.is_keyframe
    return made


def _moved(packet: Any, start: float, stream: Any) -> Any:
    """The packet on the copy's clock and in its track."""
    offset = round(Fraction(start) / packet.time_base)
    packet.pts -= offset
    packet.dts -= offset
    packet.stream = stream
    return packet
