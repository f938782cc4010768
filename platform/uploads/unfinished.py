"""A person's uploads that are not handed in: what has arrived of each, and until when it is kept."""

from dataclasses import dataclass
from datetime import datetime

from accounts.errors import Refusal
from accounts.models import User
from uploads.models import ResumableUpload
from uploads.part_files import offset_of
from uploads.resumable import expires_at


@dataclass(frozen=True)
class Unfinished:
    """One of them; ``received_bytes`` of ``size_bytes`` are there."""

    upload: ResumableUpload
    received_bytes: int
    kept_until: datetime

    @property
    def is_whole(self) -> bool:
        return self.received_bytes == self.upload.size_bytes

    @property
    def share(self) -> float:
        """0…1"""
        return self.received_bytes / self.upload.size_bytes


def unfinished_of(person: User) -> list[Unfinished]:
    """The newest first. What another request hands in or removes meanwhile is left out."""
    found = []
    for upload in ResumableUpload.objects.filter(owner=person):
        try:
            found.append(Unfinished(upload, offset_of(upload), expires_at(upload)))
        except Refusal:
            continue
    return found
