"""What the uploads are told of capsules: who may send one, how large, and what it visibly is not."""

from typing import Final

from django.utils import timezone

from accounts.models import User
from capsules import refusals
from capsules.access import rules_of
from capsules.handing_in import PURPOSE, require_open
from capsules.models import CapsuleRules
from courses.access import pair_of
from uploads.purposes import Purpose, register

#: How films begin: RIFF (avi), EBML (webm, mkv), MPEG program streams, Ogg, ASF, FLV.
_HEADS: Final = (b"RIFF", b"\x1aE\xdf\xa3", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"OggS", b"0&\xb2u", b"FLV\x01")
#: MP4, MOV and their kin name their first box in bytes 4 to 8.
_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
#: A transport stream repeats this byte at the start of each packet.
_SYNC, _PACKET_BYTES = 0x47, 188


def register_purpose() -> None:
    register(
        Purpose(
            name=PURPOSE, limit_bytes=limit_bytes, check_head=check_head, may_upload=may_upload, unnamed="capsule.mp4"
        )
    )


def limit_bytes(user: User) -> int:
    pair = pair_of(user)
    return (rules_of(pair.course) if pair else CapsuleRules()).limit_bytes


def check_head(head: bytes) -> None:
    """The gate that costs nothing; whether it really is a film is found out by the sealed child. Raises Refusal."""
    if not (head.startswith(_HEADS) or head[4:8] in _BOXES or _is_transport_stream(head)):
        raise refusals.no_film()


def _is_transport_stream(head: bytes) -> bool:
    return len(head) > _PACKET_BYTES and head[0] == head[_PACKET_BYTES] == _SYNC


def may_upload(user: User) -> None:
    """Raises Refusal before a byte travels."""
    pair = pair_of(user)
    if pair is None:
        raise refusals.no_pair()
    require_open(pair, now=timezone.now())
