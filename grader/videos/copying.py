"""Inside the walls: the copy that people watch. H.264 and AAC in an MP4, index first, and nothing else of the file.

What browsers play already is copied packet by packet, its display matrix too; everything else is encoded anew, upright.
"""

from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import av

from grader.videos import formats
from grader.videos.facts import HIGHEST_RATE, VideoFacts
from grader.videos.film import BUFFER_BYTES, Film, packets_of
from grader.videos.probing import Look
from grader.videos.survey import Survey
from grader.videos.tracks import TICK, KeptPictures, KeptSound, NewPictures, NewSound, PictureTrack, SoundTrack
from grader.videos.voice import PipedFile, Voice
from ml.upright import Upright

#: A copy that is encoded anew is no larger: what a player shows on a usual screen.
LONGEST_SIDE: Final = 1_920
#: Bytes of an MP4's index for a packet, at most: its size, two times, a key frame's number, a chunk and its place.
_INDEX_BYTES: Final = 48
_INDEX_BASE: Final = 16 << 10
_SOUND_PACKETS: Final = 60  # a second, of new sound: AAC has 1,024 samples a packet
_SOUND_RATE: Final = 48_000
_SOUND_BITS: Final = 128_000
_KEY_SECONDS: Final = 2  # from one key frame to the next: how finely a player can jump
_BROWSERS: Final = ("yuv420p", "yuvj420p")
_PROFILES: Final = ("Constrained Baseline", "Baseline", "Main", "High", "Constrained High", "Progressive High")
_ENCODER: Final = {"preset": "veryfast", "crf": "22"}


def can_keep(film: Film, found: Survey, seen: Look) -> bool:
    """Whether browsers play the pictures as they are."""
    return (
        film.codec == "h264"
        and found.keepable
        and film.family in ("mp4", "webm")
        and seen.pixel_format in _BROWSERS
        and film.video.codec_context.profile in _PROFILES
        and film.aspect == 1
        and seen.turn.is_exact
        and not seen.turn.is_mirrored
    )


def open_mp4(target: Any, *, packets: int) -> Any:
    """An MP4 to write into a file object, its index before the pictures: room for ``packets`` is kept for it.

    Nothing of this machine or of the day is written. Raises av.error.FFmpegError at its end when there were more.
    """
    room = str(_INDEX_BASE + _INDEX_BYTES * packets)
    options = {"moov_size": room, "fflags": "+bitexact"}
    return av.open(target, "w", format="mp4", options=options, buffer_size=BUFFER_BYTES)


def add_h264(container: Any, width: int, height: int, *, rate: float, threads: int) -> Any:
    """A picture track for frames in 4:2:0 of BT.709, with even sides and times in ``TICK``."""
    shown = Fraction(rate).limit_denominator(1_001)
    stream = container.add_stream("libx264", rate=shown, options=dict(_ENCODER))
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context = stream.codec_context
    context.time_base = TICK
    context.gop_size = max(1, round(rate * _KEY_SECONDS))
    context.thread_count = threads
    context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, 1, 1, 1
    return stream


def copy_film(film: Film, found: Survey, seen: Look, target: PipedFile, voice: Voice) -> VideoFacts:
    """Write the copy; say what it is. Raises Unusable. The film must be at its beginning."""
    room = 2 * len(found.times) + found.sounds + round(found.seconds * _SOUND_PACKETS)
    with open_mp4(target, packets=room) as container:
        pictures = _pictures(film, found, seen, container)
        sound = _sound(film, found, container)
        _pump(film, found, container, pictures, sound, voice)
    facts = found.facts(film, width=pictures.size[0], height=pictures.size[1], rotation=pictures.rotation, notes=())
    notes = (*film.notes, *pictures.notes, *(sound.notes if sound else ()))
    return replace(
        facts,
        frames=pictures.count,
        video_codec="h264",
        audio_codec=None if sound is None else sound.codec,
        container="mp4",
        size_bytes=target.size,
        notes=tuple(dict.fromkeys(notes)),
    )


def _pictures(film: Film, found: Survey, seen: Look, container: Any) -> PictureTrack:
    if can_keep(film, found, seen):
        return KeptPictures(film, found.start, container.add_stream_from_template(film.video), seen, found.decode_times)
    upright = Upright(seen.turn, film.aspect, LONGEST_SIDE)
    width, height = seen.even_size(LONGEST_SIDE)
    rate = min(max(found.rate.mean, 1.0), HIGHEST_RATE)
    stream = add_h264(container, width, height, rate=rate, threads=film.limits.threads)
    notes = ["converted"]
    notes += ["made_smaller"] if max(seen.width, seen.height) > LONGEST_SIDE else []
    notes += ["wide_colours"] if seen.has_wide_colours else []
    return NewPictures(film, found.start, stream, upright, (width, height), tuple(notes))


def _sound(film: Film, found: Survey, container: Any) -> SoundTrack | None:
    if film.audio is None or not found.sounds:
        return None
    if film.audio_codec in formats.KEPT_SOUNDS:
        return KeptSound(str(film.audio_codec), found.start, container.add_stream_from_template(film.audio))
    stream = container.add_stream("aac", rate=_SOUND_RATE)
    stream.codec_context.layout = "mono" if film.audio.codec_context.layout.nb_channels == 1 else "stereo"
    stream.codec_context.bit_rate = _SOUND_BITS
    return NewSound(film.audio, found.start, stream)


def _pump(
    film: Film, found: Survey, container: Any, pictures: PictureTrack, sound: SoundTrack | None, voice: Voice
) -> None:
    done, total = 0, len(found.times)
    voice.progress("copying", 0, total)
    for packet in packets_of(film):
        if packet.stream is film.video:
            container.mux(pictures.take(packet))
            done += 1
            voice.progress("copying", min(done, total), total)
        elif sound is not None:
            container.mux(sound.take(packet))
    container.mux(pictures.end())
    if sound is not None:
        container.mux(sound.end())
    voice.progress("copying", total, total)
