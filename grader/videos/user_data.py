"""H.264 without the messages of its camera: SEI units that hold private or registered data are left out.

Pure: a packet's bytes in and out. The other units are not touched.
"""

import re
from collections.abc import Iterator
from typing import Final

_SEI: Final = 6
#: Payload types of ITU-T T.35 and unregistered user data: captions, positions, encoders' names.
_PRIVATE: Final = (4, 5)
_START_CODE: Final = re.compile(rb"\x00?\x00\x00\x01")


def without_user_data(packet: bytes, length_bytes: int) -> bytes:
    """The packet without such units. ``length_bytes`` stand before each unit (avcC); 0: start codes do (Annex B).

    What cannot be walked is given back as it is; so is what would be left empty.
    """
    units = list(_by_length(packet, length_bytes) if length_bytes else _by_start_code(packet))
    kept = [whole for whole, unit in units if not _is_private(unit)]
    return b"".join(kept) if 0 < len(kept) < len(units) else packet


def length_bytes_of(extradata: bytes | None) -> int:
    """How long the lengths before units are, by the decoder's configuration record; 0 for start codes."""
    return (extradata[4] & 3) + 1 if extradata and len(extradata) > 6 and extradata[0] == 1 else 0


def _by_length(packet: bytes, length_bytes: int) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(packet):
        start = at + length_bytes
        end = start + int.from_bytes(packet[at:start], "big")
        yield packet[at:end], packet[start:end]
        at = end


def _by_start_code(packet: bytes) -> Iterator[tuple[bytes, bytes]]:
    places = [(found.start(), found.end()) for found in _START_CODE.finditer(packet)]
    ends = [start for start, _ in places[1:]] + [len(packet)]
    for (start, after), end in zip(places, ends, strict=False):
        yield packet[start:end], packet[after:end]


def _is_private(unit: bytes) -> bool:
    """Whether it is an SEI unit that holds such a message. A unit with several goes if one of them does."""
    if not unit or unit[0] & 31 != _SEI:
        return False
    at = 1
    while at + 1 < len(unit) and unit[at] != 0x80:
        kind, at = _number(unit, at)
        size, at = _number(unit, at)
        if kind in _PRIVATE:
            return True
        at += size
    return False


def _number(unit: bytes, at: int) -> tuple[int, int]:
    """A sum of bytes as long as they are 255; the place after it."""
    value = 0
    while at < len(unit) and unit[at] == 255:
        value, at = value + 255, at + 1
    return (value + unit[at], at + 1) if at < len(unit) else (value, at)
