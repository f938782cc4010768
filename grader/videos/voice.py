"""Inside the walls: what a child says of a film through its one pipe, and the file that its parent writes for it."""

import os
import time
from typing import Final, Protocol

from grader.frames import write_frame
from grader.videos.unusable import Unusable

#: Of one piece of a file. The parent allows no more.
PIECE_BYTES: Final = 1 << 18
_PROGRESS_SECONDS: Final = 0.25


class Voice:
    """``result`` is the pipe's descriptor. Progress is said four times a second at most."""

    def __init__(self, result: int) -> None:
        self.result = result
        self._said = ("", 0.0)

    def progress(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self._said[0] == stage and now - self._said[1] < _PROGRESS_SECONDS and done < total:
            return
        self._said = (stage, now)
        write_frame(self.result, "progress", stage=stage, done=min(done, total), total=total)

    def refuse(self, refused: Unusable) -> None:
        write_frame(self.result, "refused", code=refused.code, facts=refused.facts, detail=refused.detail)

    def say(self, kind: str, payload: bytes = b"", **header: object) -> None:
        write_frame(self.result, kind, payload, **header)


class Speaker(Protocol):
    def say(self, kind: str, payload: bytes = b"", **header: object) -> None: ...


class PipedFile:
    """A file to write and seek in, without a descriptor: each piece goes through the pipe with its place.

    Raises Unusable (``output_too_large``) beyond ``most_bytes``.
    """

    def __init__(self, voice: Speaker, most_bytes: int) -> None:
        self._voice = voice
        self._most_bytes = most_bytes
        self._at = 0
        self.size = 0

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        if self._at + len(view) > self._most_bytes:
            raise Unusable("output_too_large", most=self._most_bytes >> 20)
        for start in range(0, len(view), PIECE_BYTES):
            piece = view[start : start + PIECE_BYTES]
            self._voice.say("piece", bytes(piece), at=self._at)
            self._at += len(piece)
        self.size = max(self.size, self._at)
        return len(view)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open here: the parent has the file."""
