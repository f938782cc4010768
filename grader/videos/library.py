"""Inside the walls: telling FFmpeg how many processors it has, by which it sizes its own crowd of threads."""

import ctypes
from typing import Final

_LIBRARY: Final = "/libavutil"


def use_threads(count: int) -> None:
    """From now on FFmpeg takes ``count`` processors for all there are. Before the walls: it looks for its own file.

    Raises RuntimeError where PyAV's FFmpeg cannot be found.
    """
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        paths = {line.split(maxsplit=5)[-1].strip() for line in maps if _LIBRARY in line}
    if not paths:
        raise RuntimeError("libavutil is not loaded")
    ctypes.CDLL(min(paths)).av_cpu_force_count(count)
