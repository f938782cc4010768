"""A stranger's zip as names and bytes, or the reason why not. Only ever called inside the walls.

Generous to honest zips (Windows' backslashes, macOS' ``__MACOSX``, one top folder more or less is the callers'
concern), strict about everything that a zip can be a trick with: docs/security.md lists the limits.
"""

import io
import stat
import zipfile
import zlib
from typing import Final

from grader.hand_ins.inspection import Unreadable

MEBIBYTE: Final = 1 << 20
MOST_ENTRIES: Final = 20_000
MOST_BYTES: Final = 64 * MEBIBYTE
MOST_BYTES_EACH: Final = 4 * MEBIBYTE
#: Labels and lists shrink to a tenth; from a megabyte on, more than this is a bomb.
MOST_RATIO: Final = 200
LONGEST_NAME: Final = 240
DEEPEST: Final = 12

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_JUNK: Final = ("thumbs.db", "desktop.ini")
_NESTED: Final = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_ZIP_SIGNATURE: Final = b"PK\x03\x04"


def open_zip(data: bytes) -> dict[str, bytes]:
    """Every file of the zip by its path (``/`` between folders); folders and the systems' own litter left out.

    Raises ``Unreadable`` (the ``zip_…`` codes).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
            _check_size(listed, len(data))
            return _read_all(archive, listed)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OverflowError) as error:
        raise Unreadable("zip_damaged" if data[:2] == b"PK" else "not_a_zip") from error


def is_zip(data: bytes) -> bool:
    """Whether it begins as a zip does: an empty one has only its end record."""
    return data[:4] in (_ZIP_SIGNATURE, b"PK\x05\x06")


def _check_size(listed: list[zipfile.ZipInfo], packed: int) -> None:
    if len(listed) > MOST_ENTRIES:
        raise Unreadable("zip_entries", limit=MOST_ENTRIES)
    total = sum(info.file_size for info in listed)
    if total > MOST_BYTES or (total > MEBIBYTE and total > MOST_RATIO * packed):
        raise Unreadable("zip_bomb", limit=MOST_BYTES // MEBIBYTE)


def _read_all(archive: zipfile.ZipFile, listed: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for info in listed:
        path = _path_of(info)
        if info.is_dir() or path.endswith("/") or _is_litter(path):
            continue
        if path in found:
            raise Unreadable("zip_duplicate", path)
        found[path] = _read(archive, info, path)
    return found


def _path_of(info: zipfile.ZipInfo) -> str:
    """The entry's path, or ``Unreadable`` when it is one that could land elsewhere or is no plain file."""
    raw = info.orig_filename.replace("\\", "/")
    parts = [part for part in raw.split("/") if part != "."]
    if len(raw) > LONGEST_NAME or len(parts) > DEEPEST or not raw.isprintable() or not any(parts):
        raise Unreadable("zip_name", raw)
    if raw.startswith("/") or ".." in parts or raw[1:2] == ":" or "" in parts[:-1]:
        raise Unreadable("zip_path", raw)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Unreadable("zip_link", raw)
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable("zip_encrypted", raw)
    if info.compress_type not in _METHODS:
        raise Unreadable("zip_method", raw)
    return "/".join(parts)


def _is_litter(path: str) -> bool:
    """What systems leave in zips, and hidden files and folders."""
    parts = path.split("/")
    return "__MACOSX" in parts or parts[-1].lower() in _JUNK or any(part.startswith(".") for part in parts)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str) -> bytes:
    if info.file_size > MOST_BYTES_EACH:
        raise Unreadable("zip_file_too_big", path, limit=MOST_BYTES_EACH // MEBIBYTE)
    with archive.open(info) as file:
        data = file.read(info.file_size + 1)
        if len(data) != info.file_size or file.read(1):
            raise Unreadable("zip_damaged")
    if data.startswith(_ZIP_SIGNATURE) or path.lower().endswith(_NESTED):
        raise Unreadable("zip_nested", path)
    return data
