"""The zip that torch.save writes, read strictly: what two readers could understand differently is declined.

Lenient zip readers are how files pass one check and open as another (two central directories, local headers
that disagree, entries hidden in gaps, flags that only some libraries honour). torch.save writes one plain shape
of zip (stored entries, one root folder, names by a pattern, the directory last) and only that shape is read.
Layout: PKWARE's APPNOTE 6.3, sections 4.3.7 to 4.3.16 and 4.5.3.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from ml.checkpoints.limits import Limits
from ml.checkpoints.sentences import refusal

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_END_64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_64: Final = struct.Struct("<4sIQI")
_UNKNOWN_16: Final = 0xFFFF
_UNKNOWN_32: Final = 0xFFFFFFFF
_DESCRIPTOR_FLAG: Final = 0x0008
_UTF8_FLAG: Final = 0x0800
_DESCRIPTOR_BYTES: Final = (16, 24)  # with 32-bit sizes, with 64-bit sizes
_CENTRAL_CHECKSUM: Final = 16  # bytes from the beginning of the header to its CRC-32
_LOCAL_CHECKSUM: Final = 14
_DESCRIPTOR_CHECKSUM: Final = 4

_ENTRY: Final = re.compile(
    r"(?P<root>[^/\\:\x00-\x1f\x7f]{1,128})/"  # the name that the file was first saved under
    r"(?P<name>data\.pkl|version|byteorder|\.format_version|\.storage_alignment|\.data/serialization_id"
    r"|data/(?:0|[1-9]\d{0,19}))",  # torch ≤ 1.7 numbers storages by memory address: up to 20 digits
    re.ASCII,
)
_TORCHSCRIPT: Final = re.compile(rb"[^/]{1,128}/(?:code/.*|constants\.pkl|constants/.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Archive:
    """A checkpoint's bytes and where each entry lies in them, as ``(start, stop)``."""

    buffer: bytes
    entries: dict[str, tuple[int, int]]

    def size(self, name: str) -> int:
        """Bytes of one entry."""
        start, stop = self.entries[name]
        return stop - start

    def read(self, name: str) -> bytes:
        """A copy of one entry's bytes."""
        start, stop = self.entries[name]
        return self.buffer[start:stop]


class _Directory(NamedTuple):
    entries: int
    start: int
    stop: int


class _Entry(NamedTuple):
    header: int  # where its header in the directory begins
    name: bytes
    is_stored: bool
    is_plain: bool  # not encrypted, on this disk, without comment
    flags: int
    checksum: int
    size: int
    offset: int


def open_archive(buffer: bytes, limits: Limits) -> Archive:
    """Check every byte of structure of a torch zip and return its entries.

    Raises ``Refused`` (codes ``truncated``, ``trailing_data``, ``torchscript``, ``ordinary_zip``, ``byte_order``
    and the ``zip_…`` family).
    """
    directory = _find_directory(buffer)
    if directory.entries > limits.zip_entries:
        raise refusal("zip_entries", count=directory.entries)
    listed = list(_central_entries(buffer, directory))
    names = _checked_names([entry.name for entry in listed])
    if not all(entry.is_plain for entry in listed):
        raise refusal("zip_flags")
    if not all(entry.is_stored for entry in listed):
        raise refusal("zip_compressed")
    spans = [_local_span(buffer, entry, directory.start) for entry in listed]
    _require_no_gap(buffer, listed, [stop for _, stop in spans], directory.start)
    for entry, name, (start, stop) in zip(listed, names, spans, strict=True):
        if zlib.crc32(memoryview(buffer)[start:stop]) != entry.checksum:
            raise refusal("zip_checksum", name=name)
    archive = Archive(buffer, dict(zip(names, spans, strict=True)))
    if "byteorder" in archive.entries and archive.read("byteorder") != b"little":
        raise refusal("byte_order")
    return archive


def reseal(buffer: bytes) -> bytes:
    """The same archive with the checksums of its entries as they are now, after some of their bytes were changed.

    For a file that ``open_archive`` accepted before the change: nothing else is checked again.
    """
    sealed = bytearray(buffer)
    directory = _find_directory(buffer)
    for entry in _central_entries(buffer, directory):
        start, stop = _local_span(buffer, entry, directory.start)
        checksum = zlib.crc32(memoryview(buffer)[start:stop])
        if checksum == entry.checksum:
            continue
        places = [entry.header + _CENTRAL_CHECKSUM]
        if not entry.flags & _DESCRIPTOR_FLAG:
            places.append(entry.offset + _LOCAL_CHECKSUM)
        elif _descriptor_bytes(buffer, entry, stop, directory.start):
            places.append(stop + _DESCRIPTOR_CHECKSUM)
        for place in places:
            sealed[place : place + 4] = checksum.to_bytes(4, "little")
    return bytes(sealed)


def _find_directory(buffer: bytes) -> _Directory:
    end = len(buffer) - _END.size
    if end < 0 or buffer[end : end + 4] != b"PK\x05\x06":
        found = buffer.rfind(b"PK\x05\x06")
        raise refusal("truncated" if found < 0 or found > end else "trailing_data")
    _, disk, start_disk, here, count, size, start, comment = _END.unpack_from(buffer, end)
    if disk or start_disk or comment or here != count:
        raise refusal("zip_directory")
    stop = end
    if end >= _LOCATOR_64.size and buffer[end - 20 : end - 16] == b"PK\x06\x07":
        stop, (count_64, size_64, start_64) = _zip64_directory(buffer, end - _LOCATOR_64.size)
        agrees = (
            count in (count_64, _UNKNOWN_16) and size in (size_64, _UNKNOWN_32) and start in (start_64, _UNKNOWN_32)
        )
        if not agrees:
            raise refusal("zip_directory")
        count, size, start = count_64, size_64, start_64
    if start + size != stop:
        raise refusal("zip_directory")
    return _Directory(count, start, stop)


def _zip64_directory(buffer: bytes, locator: int) -> tuple[int, tuple[int, int, int]]:
    """Where the 64-bit end record begins, and the ``(count, size, start)`` that it gives."""
    _, disk, offset, disks = _LOCATOR_64.unpack_from(buffer, locator)
    well_placed = not disk and disks <= 1 and offset + _END_64.size == locator
    if not well_placed or buffer[offset : offset + 4] != b"PK\x06\x06":
        raise refusal("zip_directory")
    record = _END_64.unpack_from(buffer, offset)
    _, record_size, _, _, disk, start_disk, here, count, size, start = record
    if record_size != _END_64.size - 12 or disk or start_disk or here != count:
        raise refusal("zip_directory")
    return offset, (count, size, start)


def _central_entries(buffer: bytes, directory: _Directory) -> Iterator[_Entry]:
    position = directory.start
    for _ in range(directory.entries):
        header_stop = position + _CENTRAL.size
        if header_stop > directory.stop or buffer[position : position + 4] != b"PK\x01\x02":
            raise refusal("zip_directory")
        header = _CENTRAL.unpack_from(buffer, position)
        flags, method, checksum, packed, size = header[3], header[4], header[7], header[8], header[9]
        name_length, extra_length, comment_length, disk, offset = *header[10:14], header[16]
        extra_start = header_stop + name_length
        position = extra_start + extra_length + comment_length
        if position > directory.stop:
            raise refusal("zip_directory")
        extra = buffer[extra_start : extra_start + extra_length]
        size, packed, offset = _widened(extra, size, packed, offset)
        is_plain = not (flags & ~(_DESCRIPTOR_FLAG | _UTF8_FLAG) or disk or comment_length)
        yield _Entry(
            header=header_stop - _CENTRAL.size,
            name=buffer[header_stop:extra_start],
            is_stored=method == 0 and size == packed,
            is_plain=is_plain,
            flags=flags,
            checksum=checksum,
            size=size,
            offset=offset,
        )
    if position != directory.stop:
        raise refusal("zip_directory")


def _widened(extra: bytes, *fields: int) -> list[int]:
    """The 32-bit ``fields`` of a header, replaced where they say so by those of its zip64 extra field."""
    wide = list(fields)
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        body = extra[position + 4 : position + 4 + length]
        position += 4 + length
        if kind != 1:
            continue
        for index, value in enumerate(wide):
            if value == _UNKNOWN_32:
                if len(body) < 8:
                    raise refusal("zip_directory")
                wide[index] = int.from_bytes(body[:8], "little")
                body = body[8:]
    return wide


def _checked_names(raw_names: list[bytes]) -> list[str]:
    """Entry names without their common root; every one by the pattern, none twice."""
    if any(_TORCHSCRIPT.fullmatch(raw) for raw in raw_names):
        raise refusal("torchscript")
    if not any(raw.endswith(b"/data.pkl") for raw in raw_names):
        raise refusal("ordinary_zip")
    roots: set[str] = set()
    names: dict[str, None] = {}
    for raw in raw_names:
        name = raw.decode("utf-8", "replace")
        match = _ENTRY.fullmatch(name)
        if match is None or match["root"] in (".", ".."):
            raise refusal("zip_name", name=name)
        roots.add(match["root"])
        if len(roots) > 1:
            raise refusal("zip_two_roots")
        if match["name"] in names:
            raise refusal("zip_duplicate", name=match["name"])
        names[match["name"]] = None
    if "data.pkl" not in names:
        raise refusal("ordinary_zip")
    return list(names)


def _local_span(buffer: bytes, entry: _Entry, limit: int) -> tuple[int, int]:
    """Where the entry's data lie, after checking that its local header repeats the central one."""
    shown_name = entry.name.decode("utf-8", "replace")
    if entry.offset + _LOCAL.size > limit or buffer[entry.offset : entry.offset + 4] != b"PK\x03\x04":
        raise refusal("zip_bounds", name=shown_name)
    header = _LOCAL.unpack_from(buffer, entry.offset)
    flags, method, checksum, packed, size, name_length, extra_length = *header[2:4], *header[6:]
    name_start = entry.offset + _LOCAL.size
    same = flags == entry.flags and method == 0 and buffer[name_start : name_start + name_length] == entry.name
    start = name_start + name_length + extra_length
    extra = buffer[name_start + name_length : start]
    if not flags & _DESCRIPTOR_FLAG:  # otherwise these three stand in a descriptor after the data
        sizes = _widened(extra, size, packed)
        same = same and checksum == entry.checksum and sizes == [entry.size, entry.size]
    if not same:
        raise refusal("zip_mismatch", name=shown_name)
    if start + entry.size > limit:
        raise refusal("zip_bounds", name=shown_name)
    return start, start + entry.size


def _require_no_gap(buffer: bytes, listed: list[_Entry], stops: list[int], limit: int) -> None:
    """Entries follow each other from the first byte to the directory; only data descriptors lie between."""
    position = 0
    in_order = sorted(zip(listed, stops, strict=True), key=lambda pair: pair[0].offset)
    for entry, stop in in_order:
        if entry.offset != position:
            raise refusal("zip_overlap" if entry.offset < position else "zip_gap")
        position = stop + _descriptor_bytes(buffer, entry, stop, limit)
    if position != limit:
        raise refusal("zip_overlap" if position > limit else "zip_gap")


def _descriptor_bytes(buffer: bytes, entry: _Entry, stop: int, limit: int) -> int:
    """Bytes of the data descriptor after an entry's data; it repeats the checksum and the sizes."""
    if not entry.flags & _DESCRIPTOR_FLAG or stop == limit:
        return 0
    for length in _DESCRIPTOR_BYTES:
        width = (length - 8) // 2
        sizes = entry.size.to_bytes(8, "little")[:width] * 2
        expected = b"PK\x07\x08" + entry.checksum.to_bytes(4, "little") + sizes
        if buffer[stop : stop + length] == expected:
            return length
    return 0
