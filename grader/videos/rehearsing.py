"""Before the walls: everything that reading a film does is done once, on a film of our own, in memory.

Python imports some modules only when they are used, and a decoder its tables: nothing can be opened later.
"""

import io
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.video.frame import VideoFrame

from grader.videos.copying import add_h264, open_mp4
from grader.videos.pictures import Sheet, jpeg, thumbnail
from grader.videos.tracks import TICK
from ml.upright import Turn, Upright, turn_of

_SIZE: Final = (64, 48)
_FRAMES: Final = 3


class _Kept(io.BytesIO):
    def close(self) -> None:
        """A closed one could not be read again."""


def rehearse() -> None:
    """Encode a film with sound, read it again, turn it, make pictures of it."""
    written = _Kept()
    with open_mp4(written, packets=100) as container:
        video = add_h264(container, *_SIZE, rate=25, threads=1)
        sound = container.add_stream("aac", rate=48_000)
        for number in range(_FRAMES):
            frame = VideoFrame(*_SIZE, "yuv420p")
            frame.pts, frame.time_base = number * 3_600, TICK
            container.mux(video.encode(frame))
            silence = av.AudioFrame.from_ndarray(np.zeros((2, 1_920), np.float32), format="fltp", layout="stereo")
            silence.sample_rate, silence.pts, silence.time_base = 48_000, number * 1_920, Fraction(1, 48_000)
            container.mux(sound.encode(silence))
        container.mux([*video.encode(None), *sound.encode(None)])
    written.seek(0)
    sheet = Sheet()
    with av.open(written, "r", options={"format_whitelist": "mov,mp4"}, metadata_errors="replace") as container:
        for frame in container.decode(video=0):
            turn_of(frame)
            upright = Upright(Turn(90), longest_side=32)
            upright.yuv420p(frame)
            pixels = upright.rgb(frame)
            thumbnail(pixels)
            jpeg(pixels, longest_side=16)
            sheet.add(pixels)
    sheet.jpeg()
    _fail()


def _fail() -> None:
    """A file that is no film: errors have names that are looked up when the first one is made."""
    try:
        av.open(io.BytesIO(b"\0" * 4_096), "r")
    except av.error.FFmpegError:
        return
    raise RuntimeError("nothing was read as a film")
