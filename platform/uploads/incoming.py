"""Files of forms on their way in, whatever they are for."""

from datetime import datetime
from typing import BinaryIO

from django.utils import timezone

from accounts.errors import Refusal
from courses import arrivals
from courses.arrivals import BLOCK_BYTES, clean_name
from courses.arriving import Arriving
from uploads import refusals
from uploads.arrived import Arrived
from uploads.folders import folder
from uploads.purposes import Purpose


class Incoming(Arriving):
    """A file for one purpose, of one person: ``limit_bytes`` is theirs."""

    def __init__(
        self,
        purpose: Purpose,
        name: str,
        *,
        limit_bytes: int,
        expected_bytes: int = 0,
        begun_at: datetime | None = None,
    ) -> None:
        super().__init__(folder("incoming"), limit_bytes=limit_bytes, expected_bytes=expected_bytes)
        self.purpose = purpose
        self.name = clean_name(name, otherwise=purpose.unnamed)
        self._begun_at = begun_at or timezone.now()

    def check_head(self, head: bytes) -> None:
        require_bytes(self.purpose, head)

    def too_large(self) -> Refusal:
        return self.purpose.too_large(self._limit_bytes)

    def close(self) -> Arrived:
        """Raises Refusal."""
        sha256 = self.land()
        return Arrived(self.path, sha256, self.size_bytes, self.name, self.purpose.name, begun_at=self._begun_at)


def require_bytes(purpose: Purpose, head: bytes) -> None:
    """Raises Refusal for a whole file that begins so; an empty one too, in the purpose's words where it has some."""
    purpose.check_head(head)
    if not head:
        raise refusals.empty_file()


def keep_file(file: BinaryIO, *, purpose: Purpose, name: str, limit_bytes: int) -> Arrived:
    """Copy an open file in, as if it had been uploaded. Raises Refusal."""
    incoming = Incoming(purpose, name, limit_bytes=limit_bytes)
    while block := file.read(BLOCK_BYTES):
        incoming.write(block)
    return incoming.close()


def sweep_incoming() -> int:
    """Remove what uploads that broke off left behind; returns how many files."""
    stale = arrivals.stale_files(folder("incoming"))
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
