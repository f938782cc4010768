"""Videos as frames and back, through FFmpeg (PyAV): OpenCV's builds write no H.264, which is what browsers play."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import av
import av.error
import numpy as np
import numpy.typing as npt

from ml.errors import Refused

Pixels = npt.NDArray[np.uint8]

USUAL_RATE: Final = Fraction(30)  # frames a second, where a file does not say
_HIGHEST_RATE: Final = 240
_MOST_PIXELS: Final = 1 << 26  # of a frame: twice 8K, looked at before a frame is decoded
#: Containers that hold their film themselves. Playlists, which FFmpeg tells from the content and whatever the name,
#: would open other files and addresses.
_ONE_FILE: Final = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,ogg,flv,asf,gif",
    "protocol_whitelist": "file",
}


@dataclass(frozen=True)
class Video:
    """An open video: its frame rate, and its frames (H, W, 3) in RGB as they are decoded."""

    rate: Fraction
    frames: Iterator[Pixels]


@contextmanager
def open_video(path: Path) -> Iterator[Video]:
    """Raises Refused (``unreadable_video``), also while the frames are read."""
    try:
        container = av.open(str(path), options=_ONE_FILE)
    except (av.error.FFmpegError, OSError) as error:
        raise _unreadable(path) from error
    with container:
        if not container.streams.video:
            raise _unreadable(path)
        stream = container.streams.video[0]
        if stream.codec_context.width * stream.codec_context.height > _MOST_PIXELS:
            raise _unreadable(path)
        stream.thread_type = "AUTO"
        rate = stream.average_rate or USUAL_RATE
        yield Video(min(Fraction(rate), Fraction(_HIGHEST_RATE)), _frames(container, path))


class BrowserVideo:
    """Writes an MP4 that browsers play while it loads: H.264, 4:2:0, index first. A context manager."""

    def __init__(self, path: Path, rate: Fraction) -> None:
        self._container = av.open(str(path), "w", options={"movflags": "+faststart"})
        self._rate = rate
        self._stream: av.VideoStream | None = None

    def __enter__(self) -> "BrowserVideo":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._stream is not None and kind is None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def write(self, frame_rgb: Pixels) -> None:
        """Add a frame (H, W, 3); the first one decides the size, an odd last row or column is left out."""
        height, width = frame_rgb.shape[0] // 2 * 2, frame_rgb.shape[1] // 2 * 2
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=self._rate)
            self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame_rgb[:height, :width]), format="rgb24")
        self._container.mux(self._stream.encode(frame))


def _frames(container: "av.container.InputContainer", path: Path) -> Iterator[Pixels]:
    try:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
    except av.error.FFmpegError as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> Refused:
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
