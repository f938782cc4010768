"""A zip that is written while it is sent, and kept nowhere: its members are read one block at a time."""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Any, Final

BLOCK_BYTES: Final = 2**18


@dataclass(frozen=True)
class Member:
    """``open`` gives the bytes when their turn comes; a file that is gone by then is left out."""

    name: str
    open: Callable[[], AbstractContextManager[IO[bytes]]]


class _Sink:
    """What zipfile writes to: no file, hence no seeking, only blocks to be fetched."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._length = 0

    def write(self, block: Any) -> int:
        self._blocks.append(bytes(block))
        self._length += len(block)
        return len(block)

    def tell(self) -> int:
        return self._length

    def flush(self) -> None: ...

    def fetch(self) -> bytes:
        blocks, self._blocks = self._blocks, []
        return b"".join(blocks)


def blocks(members: Iterable[Member]) -> Iterator[bytes]:
    """The zip, block by block; films are compressed already, and stored as they are."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for member in members:
            yield from _written(archive, sink, member)
    yield sink.fetch()


def _written(archive: zipfile.ZipFile, sink: _Sink, member: Member) -> Iterator[bytes]:
    try:
        opened = member.open()
        with opened as source, archive.open(_entry(member.name), "w", force_zip64=True) as target:
            while block := source.read(BLOCK_BYTES):
                target.write(block)
                yield sink.fetch()
    except FileNotFoundError:
        return


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o600 << 16
    return entry
