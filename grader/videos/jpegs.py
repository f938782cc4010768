"""What a sealed child calls a picture is looked at before it is kept: a plain JPEG of the size it said, no more.

Pure: it walks the segments and decodes nothing. No EXIF, no comment, no second picture, nothing after the end.
"""

import re
import struct
from typing import Final

LARGEST: Final = 64 << 20
_JFIF: Final = 0xE0
_TABLES: Final = (0xDB, 0xC4, 0xDD)  # quantization, Huffman, restart interval
_BASELINE: Final = 0xC0
_SCAN: Final = 0xDA
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7]")
_END: Final = b"\xff\xd9"


def require_plain_jpeg(content: bytes, width: int | None = None, height: int | None = None) -> None:
    """Raises ValueError saying what is not as it should be; ``width`` and ``height`` in pixels where they are known."""
    if not 4 <= len(content) <= LARGEST or content[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG of a reasonable size")
    at, size = 2, None
    while True:
        if content[at : at + 1] != b"\xff" or at + 4 > len(content):
            raise ValueError("a JPEG whose segments do not follow one another")
        marker = content[at + 1]
        (length,) = struct.unpack_from(">H", content, at + 2)
        segment = content[at + 4 : at + 2 + length]
        if length < 2 or len(segment) != length - 2:
            raise ValueError("a JPEG segment that is cut")
        at += 2 + length
        if marker == _BASELINE and size is None:
            size = _size(segment)
        elif marker == _JFIF:
            if not segment.startswith(b"JFIF\0") or length != 16:
                raise ValueError("a JPEG with notes in it")
        elif marker == _SCAN and size is not None:
            break
        elif marker not in _TABLES:
            raise ValueError(f"a JPEG segment of kind {marker:02x}")
    if (width, height) != (None, None) and size != (width, height):
        raise ValueError("a JPEG of another size than was said")
    end = _MARKER.search(content, at)
    if end is None or end.group() != _END or end.end() != len(content):
        raise ValueError("a JPEG that does not end with its only scan")


def _size(segment: bytes) -> tuple[int, int]:
    if len(segment) < 6:
        raise ValueError("a JPEG without a size")
    _, height, width, parts = struct.unpack_from(">BHHB", segment)
    if not (width and height and parts in (1, 3) and len(segment) == 6 + 3 * parts):
        raise ValueError("a JPEG of an impossible size")
    return width, height
