"""What a sealed child may say: frames of a small JSON header and raw bytes, bounded on arrival.

A frame is a little-endian ``uint32`` header length, the header (a JSON object whose ``type`` is a word and
whose ``bytes`` is the payload's length), then the payload. The reader treats every byte as an attacker's.
"""

import json
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from grader import strict
from grader.contract import read_json

HEADER_BYTES: Final = 128 * 1024
#: Of a network; as many as a task may have.
MOST_CLASSES: Final = 1_000
#: A network's boxes may leave the canvas, not the solar system: the child clips there, the grader checks.
FARTHEST: Final = 1e6
PREFIX: Final = struct.Struct("<I")


class ProtocolError(Exception):
    """The child sent what no child of ours would send."""


@dataclass(frozen=True)
class Frame:
    type: str
    header: Mapping[str, object]
    payload: bytes


def write_frame(descriptor: int, kind: str, payload: bytes = b"", **header: object) -> None:
    """Blocking write of one frame. Called by the child; needs no system call but write."""
    text = json.dumps({"type": kind, "bytes": len(payload), **header}, allow_nan=False).encode()
    data = memoryview(PREFIX.pack(len(text)) + text + payload)
    while data:
        data = data[os.write(descriptor, data) :]


class FrameReader:
    """Bytes in, frames out; never holds more than one frame that is within its bounds.

    ``payload_bytes`` bounds one payload, ``total_bytes`` everything the child may ever say.
    """

    def __init__(self, *, payload_bytes: int, total_bytes: int) -> None:
        self.payload_bytes = payload_bytes
        self.left_bytes = total_bytes
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Every frame completed by these bytes, one by one. Raises ProtocolError where the first lie begins."""
        self.left_bytes -= len(data)
        if self.left_bytes < 0:
            raise ProtocolError("it says more than an evaluation can say")
        self._buffer += data
        while (frame := self._next()) is not None:
            yield frame

    @property
    def inside_frame(self) -> bool:
        return bool(self._buffer)

    def _next(self) -> Frame | None:
        if len(self._buffer) < PREFIX.size:
            return None
        (header_bytes,) = PREFIX.unpack_from(self._buffer)
        if not 2 <= header_bytes <= HEADER_BYTES:
            raise ProtocolError(f"a header of {header_bytes} bytes")
        start = PREFIX.size + header_bytes
        if len(self._buffer) < start:
            return None
        try:
            header = strict.mapping(read_json(bytes(self._buffer[PREFIX.size : start])), "frame")
            kind = strict.text(header.get("type"), "type", longest=20)
            size = strict.integer(header.get("bytes"), "bytes", lowest=0, highest=self.payload_bytes)
        except ValueError as error:
            raise ProtocolError("a header that is not ours") from error
        if len(self._buffer) < start + size:
            return None
        payload = bytes(self._buffer[start : start + size])
        del self._buffer[: start + size]
        return Frame(kind, {k: v for k, v in header.items() if k not in ("type", "bytes")}, payload)
