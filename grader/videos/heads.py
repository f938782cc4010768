"""What a file is that calls itself a film, by its first bytes; and whether an MP4's boxes end where they should.

Pure: bytes in, a code of ``grader.videos.sentences`` out. A playlist must never reach FFmpeg, which would follow it.
"""

import struct
from collections.abc import Callable
from typing import Final

HEAD_BYTES: Final = 4_096
_MOST_BOXES: Final = 10_000
_PRINTABLE_SHARE: Final = 0.95

_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"8BPS", b"\0\0\x01\0")
_ARCHIVES: Final = (b"PK\3\4", b"PK\5\6", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_DOCUMENTS: Final = (b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x7fELF", b"MZ")
_SOUNDS: Final = (b"ID3", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"#!AMR")
_CONTAINERS: Final = {
    b"FLV\1": "Flash",
    b"OggS": "Ogg",
    b"\x30\x26\xb2\x75": "Windows Media",
    b".RMF": "RealMedia",
    b"FWS": "Flash",
    b"CWS": "Flash",
    b"YUV4MPEG2": "YUV4MPEG",
    b"DKIF": "IVF",
    b"\0\0\0\1": "H.264",
}
#: Brands of ISO files that are photographs: HEIF and AVIF.
_PHOTO_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
_PLAYLISTS: Final = (b"#extm3u", b"ffconcat", b"<mpd", b"[playlist]", b"<asx", b"<smil", b"<smoothstreamingmedia")
_BOXES: Final = (b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid", b"sidx", b"moof")


def what_else(head: bytes) -> tuple[str, dict[str, str]] | None:
    """The refusal (code, facts) of a file that visibly is something else; None where it may be a film."""
    if not head:
        return "empty", {}
    if head.startswith(b"RIFF"):
        return {b"WAVE": ("no_picture", {}), b"WEBP": ("picture", {})}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return ("picture", {}) if head[8:12] in _PHOTO_BRANDS else None
    if head[4:8] in _BOXES:
        return None
    for beginnings, code in ((_PICTURES, "picture"), (_ARCHIVES, "archive"), (_DOCUMENTS, "document")):
        if head.startswith(beginnings):
            return code, {}
    if head.startswith(_SOUNDS):
        return "no_picture", {}
    for beginning, name in _CONTAINERS.items():
        if head.startswith(beginning):
            return "container_unknown", {"container": name}
    return _what_text(head)


def is_cut(read: Callable[[int, int], bytes], size: int) -> bool:
    """Whether an MP4 or QuickTime file ends inside one of its boxes, or has no index (``moov``): its end is missing.

    ``read(at, count)`` gives bytes of the file, which is ``size`` bytes long.
    """
    at, has_index = 0, False
    for _ in range(_MOST_BOXES):
        header = read(at, 16)
        if len(header) < 8:
            return bool(at) and (not has_index or at < size)
        (length,) = struct.unpack_from(">I", header)
        if at == 0 and header[4:8] not in _BOXES:
            return False
        if length == 1 and len(header) == 16:
            (length,) = struct.unpack_from(">Q", header, 8)
        has_index |= header[4:8] == b"moov"
        length = length or size - at
        if length < 8 or at + length > size:
            return length >= 8
        at += length
    return False


def _what_text(head: bytes) -> tuple[str, dict[str, str]] | None:
    """Texts are never films: which one is it?"""
    text = head.removeprefix(b"\xef\xbb\xbf")
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = text[2:].replace(b"\0", b"")
    printable = sum(byte in b"\t\r\n\f" or 32 <= byte < 127 or byte >= 160 for byte in text)
    if printable < _PRINTABLE_SHARE * len(text):
        return None
    lower = text.lstrip().lower()
    if any(word in lower for word in _PLAYLISTS) or (lower.startswith(b"v=0") and b"\nm=" in lower):
        return "playlist", {}
    if b"<svg" in lower:
        return "picture", {}
    if b"<html" in lower or b"<!doctype html" in lower or b"<script" in lower:
        return "web_page", {}
    return "not_a_video", {}
