"""Films of given pictures, for tests that look at what is read again."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import av
import numpy as np

from ml.video import Pixels

_TICK: Final = Fraction(1, 90_000)  # seconds


class BrowserVideo:
    """Writes an MP4 that browsers play while it loads: H.264, 4:2:0, index first. A context manager."""

    def __init__(self, path: Path, rate: Fraction) -> None:
        self._container = av.open(str(path), "w", options={"movflags": "+faststart", "fflags": "+bitexact"})
        self._rate = rate
        self._stream: av.VideoStream | None = None
        self._last = -1

    def __enter__(self) -> "BrowserVideo":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._stream is not None and kind is None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def write(self, frame_rgb: Pixels, at_seconds: float | None = None) -> None:
        """Add a frame (H, W, 3); the first one decides the size, an odd last row or column is left out.

        ``at_seconds``: when it is shown, later than the frame before; without it, a step of the rate later.
        """
        height, width = frame_rgb.shape[0] // 2 * 2, frame_rgb.shape[1] // 2 * 2
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=self._rate)
            self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
            self._stream.codec_context.time_base = _TICK
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame_rgb[:height, :width]), format="rgb24")
        step = max(1, round(1 / (self._rate * _TICK)))
        usual = self._last + step if self._last >= 0 else 0
        frame.pts = usual if at_seconds is None else max(self._last + 1, round(at_seconds / _TICK))
        frame.time_base, self._last = _TICK, frame.pts
        self._container.mux(self._stream.encode(frame))
