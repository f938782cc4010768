"""Where a job's files lie while they are made, and how they are kept for whoever asked.

What was made lies in unclaimed rows until the room that asked takes it over as the job ends; else it is swept.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from uploads import services as uploads
from uploads.folders import folder
from uploads.models import StoredFile


@dataclass
class Bench:
    """Files on their way, by name, where what a killed worker leaves is swept."""

    files: dict[str, Path] = field(default_factory=dict)

    def place(self, name: str) -> Path:
        self.files[name] = folder("incoming") / uuid.uuid4().hex
        return self.files[name]

    def put(self, name: str, content: bytes) -> None:
        self.place(name).write_bytes(content)


@contextmanager
def bench() -> Iterator[Bench]:
    """A bench that is empty again afterwards, whatever happened."""
    made = Bench()
    try:
        yield made
    finally:
        for path in made.files.values():
            path.unlink(missing_ok=True)


def keep(path: Path, film: StoredFile, *, name: str, content_type: str, purpose: str) -> StoredFile:
    """Keep what was made of a film for the same pair and person. Raises Refusal when the disk is full."""
    return uploads.keep_path(
        path,
        pair=film.pair,
        owner=film.owner,
        purpose=purpose,
        name=name,
        content_type=content_type,
        is_claimed=False,
    )
