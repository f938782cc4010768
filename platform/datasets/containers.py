"""What the first bytes of a file say: films are let in, what is visibly something else is named and refused.

The sealed process that opens the film judges the rest; this spares somebody the sending of a zip to its end.
"""

from collections.abc import Callable
from typing import Final

from datasets import refusals

#: Enough to tell.
HEAD_BYTES: Final = 512
_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"moof", b"styp")
#: Still pictures whose files begin as films do.
_PICTURE_BRANDS: Final = (b"heic", b"heix", b"mif1", b"msf1", b"avif")
_STARTS: Final = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"FLV\x01",
    b"OggS",
    b"0&\xb2u\x8ef\xcf\x11",  # ASF, WMV
    b"\x00\x00\x01\xba",  # MPEG programme stream
    b"\x00\x00\x01\xb3",
)
_OTHERS: Final[tuple[tuple[Callable[[bytes], bool], str, str], ...]] = (
    (lambda head: head.startswith(b"\xff\xd8\xff"), "a JPEG picture", "une image JPEG"),
    (lambda head: head.startswith(b"\x89PNG"), "a PNG picture", "une image PNG"),
    (lambda head: head.startswith((b"GIF87a", b"GIF89a")), "a GIF picture", "une image GIF"),
    (lambda head: head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS, "a picture", "une photo"),
    (lambda head: head.startswith(b"PK"), "a zip", "un zip"),
    (lambda head: head.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")), "an archive", "une archive"),
    (lambda head: head.startswith(b"%PDF"), "a PDF", "un PDF"),
    (lambda head: head.startswith((b"ID3", b"fLaC")) or _is_mp3(head), "sound without a picture", "du son sans image"),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE", "sound without a picture", "du son sans image"),
    (lambda head: head.startswith(b"#EXTM3U"), "a playlist", "une liste de lecture"),
    (lambda head: head.lstrip()[:1] == b"<", "a page or a drawing", "une page ou un dessin"),
)


def check_head(head: bytes) -> None:
    """Raises Refusal unless these are how a film begins; an empty beginning is left to who knows the whole size."""
    if not head or is_film(head):
        return
    for is_it, english, french in _OTHERS:
        if is_it(head):
            raise refusals.not_a_film(english, french)
    raise refusals.not_a_film("something else", "autre chose")


def is_film(head: bytes) -> bool:
    """Whether a file that begins so may be a film of a kind that phones, cameras and editors write."""
    if head[4:8] in _BOXES:
        return head[8:12] not in _PICTURE_BRANDS
    if head[:4] == b"RIFF":
        return head[8:12] == b"AVI "
    return head.startswith(_STARTS) or _is_transport_stream(head)


def _is_transport_stream(head: bytes) -> bool:
    """MPEG-TS: packets of 188 bytes (192 with a time in front, as camcorders write) that each begin with G."""
    for start, packet in ((0, 188), (4, 192)):
        if len(head) > start + packet and head[start] == head[start + packet] == 0x47:
            return True
    return False


def _is_mp3(head: bytes) -> bool:
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
