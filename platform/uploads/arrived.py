"""A whole file on our disk that nobody has handed in yet, however it came."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from django.utils import timezone

from uploads import refusals
from uploads.models import ResumableUpload

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Arrived:
    """``begun_at`` and ``arrived_at`` are of the server's clock: its first and its last byte.

    ``key`` is where a distant storage has it already (``uploads.sending_ahead``).
    """

    path: Path
    sha256: str
    size_bytes: int
    name: str
    purpose: str
    begun_at: datetime = field(default_factory=timezone.now)
    arrived_at: datetime = field(default_factory=timezone.now)
    upload: ResumableUpload | None = None
    key: str = ""

    def require(self, announced: object) -> None:
        """Raises Refusal unless these are the bytes whose SHA-256 (hexadecimal) the sender announced, if they did."""
        if announced and read_sha256(announced) != self.sha256:
            raise refusals.upload_damaged()

    def discard(self) -> None:
        """Remove the bytes from where they arrived, and the upload's row; what was kept stays where it is kept."""
        self.path.unlink(missing_ok=True)
        if self.upload is not None:
            ResumableUpload.objects.filter(pk=self.upload.pk).delete()


def read_sha256(said: object) -> str:
    """A digest as we write it. Raises Refusal for what is none."""
    digest = str(said).strip().lower()
    if not _SHA256.fullmatch(digest):
        raise refusals.unreadable_checksum()
    return digest
