"""The header Range as RFC 9110, section 14, has it: one part of a file, or all of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.http import parse_http_date_safe

_ONE: Final = re.compile(r"([0-9]{1,19})-([0-9]{0,19})|-([0-9]{1,19})")
#: Longer lists are nobody's player: the header is not looked at.
LONGEST_HEADER: Final = 400


class Unsatisfiable(Exception):
    """No part that was asked for is there: 416."""


@dataclass(frozen=True)
class Part:
    """Bytes ``start`` … ``end``, both included."""

    start: int
    end: int

    @property
    def size_bytes(self) -> int:
        return self.end - self.start + 1


def wanted_part(header: str | None, size_bytes: int) -> Part | None:
    """The part of a file of that size that the header asks for; None for the whole file.

    What is no range of bytes is ignored, as the RFC says; so is a header that asks for several parts: no player does,
    and the whole file contains them. Raises Unsatisfiable.
    """
    unit, equals, specifiers = (header or "").partition("=")
    if not equals or unit.strip().lower() != "bytes" or len(specifiers) > LONGEST_HEADER:
        return None
    found = [_ONE.fullmatch(one.strip(" \t")) for one in specifiers.split(",") if one.strip(" \t")]
    if not found or any(match is None or _is_backwards(match) for match in found):
        return None
    parts = [part for match in found if match and (part := _part(match, size_bytes))]
    if not parts:
        raise Unsatisfiable
    return parts[0] if len(parts) == 1 else None


def is_unchanged(if_range: str | None, *, etag: str, modified_at: datetime) -> bool:
    """Whether the part that a client holds belongs to what we have: by the strong ETag, or the date to the second."""
    if not if_range:
        return True
    if if_range.startswith('"'):
        return if_range == etag
    said = parse_http_date_safe(if_range)
    return said is not None and said == int(modified_at.timestamp())


def _is_backwards(match: re.Match[str]) -> bool:
    return bool(match[1] and match[2]) and int(match[2]) < int(match[1])


def _part(match: re.Match[str], size_bytes: int) -> Part | None:
    """None when the file has no such bytes."""
    if match[3]:
        start, end = max(0, size_bytes - int(match[3])), size_bytes - 1
        return Part(start, end) if int(match[3]) and size_bytes else None
    start, end = int(match[1]), min(int(match[2] or size_bytes), size_bytes - 1)
    return Part(start, end) if start < size_bytes else None
