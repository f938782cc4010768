"""The copy that a sealed child had written is looked at before it is kept: an MP4 of four boxes, index first."""

import os
import struct
from pathlib import Path
from typing import Final

#: In this order; the second ``free`` may follow the reserved index at once.
_ALLOWED: Final = (b"ftyp", b"moov", b"free", b"mdat")
_MOST: Final = 16


def require_streamable_mp4(film: Path | int) -> None:
    """Raises ValueError for anything but ``ftyp``, ``moov``, ``free``… and ``mdat``, which ends with the file.

    ``film``: where it lies, or an open descriptor.
    """
    size = os.stat(film).st_size
    found: list[bytes] = []
    with open(film, "rb", closefd=isinstance(film, Path)) as file:
        at = 0
        while at < size:
            file.seek(at)
            header = file.read(16)
            if len(header) < 8 or len(found) >= _MOST:
                raise ValueError("an MP4 whose boxes do not end")
            (length,) = struct.unpack_from(">I", header)
            if length == 1 and len(header) == 16:
                (length,) = struct.unpack_from(">Q", header, 8)
            if length < 8 or at + length > size or header[4:8] not in _ALLOWED:
                raise ValueError("an MP4 with a box that is not ours")
            found.append(header[4:8])
            at += length
    plain = [name for name in found if name != b"free"]
    if plain != [b"ftyp", b"moov", b"mdat"]:
        raise ValueError("an MP4 whose index does not come first")
