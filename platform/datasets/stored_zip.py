"""A zip that is never written anywhere: its own few bytes, and slices of files that exist. Stored, not deflated.

Everything's place is known beforehand, so that any part of it can be sent: a broken download goes on where it stopped.
Format: PKWARE APPNOTE 6.3.10, with its Zip64 records where a number needs them.
"""

import struct
from bisect import bisect_right
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

BLOCK_BYTES: Final = 2**18
_LONG: Final = 0xFFFFFFFF
_SHORT: Final = 0xFFFF
_VERSION: Final = 20
_VERSION_64: Final = 45
_UTF8: Final = 0x800
#: 1 January 1980, midnight: the same content gives the same bytes.
_TIME: Final = 0
_DATE: Final = 0x21
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64: Final = struct.Struct("<4sLQL")


@dataclass(frozen=True)
class Slice:
    """``size`` bytes of a file, from ``start``."""

    path: Path
    start: int
    size: int


@dataclass(frozen=True)
class Member:
    """A file of the zip: its name there, its CRC-32, and where its bytes are; fewer than 4 GiB."""

    name: str
    crc: int
    content: bytes | Slice

    @property
    def size(self) -> int:
        return self.content.size if isinstance(self.content, Slice) else len(self.content)


class StoredZip:
    """``size_bytes`` long, and every part of it at hand: ``read(start, stop)``."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._pieces: list[bytes | Slice] = []
        self._starts: list[int] = []
        self.size_bytes = 0
        directory = b"".join([self._add_member(member) for member in members])
        entries = len(self._pieces) // 2
        start = self.size_bytes
        self._add(directory)
        self._add(_end(entries, len(directory), start))

    def read(self, start: int = 0, stop: int | None = None) -> Generator[bytes]:
        """The bytes from ``start`` to before ``stop``, block by block; each file is opened once."""
        stop = self.size_bytes if stop is None else min(stop, self.size_bytes)
        with ExitStack() as opened:
            files: dict[Path, IO[bytes]] = {}
            for number in range(bisect_right(self._starts, start) - 1, len(self._pieces)):
                at, piece = self._starts[number], self._pieces[number]
                if at >= stop:
                    return
                first, last = max(start - at, 0), min(stop - at, _size(piece))
                if isinstance(piece, bytes):
                    yield piece[first:last]
                    continue
                if piece.path not in files:
                    files[piece.path] = opened.enter_context(piece.path.open("rb"))
                yield from _blocks(files[piece.path], piece.start + first, last - first)

    def _add_member(self, member: Member) -> bytes:
        """Place a file; returns its line of the directory."""
        name, at = member.name.encode(), self.size_bytes
        about = (_UTF8, 0, _TIME, _DATE, member.crc, member.size, member.size)
        self._add(_LOCAL.pack(b"PK\3\4", _VERSION, *about, len(name), 0) + name)
        self._add(member.content)
        extra = struct.pack("<2HQ", 1, 8, at) if at >= _LONG else b""
        version = _VERSION_64 if extra else _VERSION
        tail = (len(name), len(extra), 0, 0, 0, 0, min(at, _LONG))
        return _CENTRAL.pack(b"PK\1\2", version, version, *about, *tail) + name + extra

    def _add(self, piece: bytes | Slice) -> None:
        self._starts.append(self.size_bytes)
        self._pieces.append(piece)
        self.size_bytes += _size(piece)


def _end(entries: int, size: int, start: int) -> bytes:
    short = _END.pack(b"PK\5\6", 0, 0, *[min(entries, _SHORT)] * 2, min(size, _LONG), min(start, _LONG), 0)
    if entries < _SHORT and size < _LONG and start < _LONG:
        return short
    long = _END_64.pack(b"PK\6\6", _END_64.size - 12, *[_VERSION_64] * 2, 0, 0, entries, entries, size, start)
    return long + _LOCATOR_64.pack(b"PK\6\7", 0, start + size, 1) + short


def _size(piece: bytes | Slice) -> int:
    return piece.size if isinstance(piece, Slice) else len(piece)


def _blocks(file: IO[bytes], start: int, size: int) -> Iterator[bytes]:
    file.seek(start)
    while size > 0:
        block = file.read(min(BLOCK_BYTES, size))
        if not block:
            raise OSError("a file became shorter while it was sent")
        size -= len(block)
        yield block
