"""Frames on their way to CVAT: one zip of a clip, or of all of a pair's, in the data set's own folders.

``<class>/<pair>/<sequence>/images/frame_000000.jpg``, beside each sequence's ``frames.csv`` (when each frame is shown)
and the pair's ``clips.csv``. Names are written as the zip is sent: another number or class needs nothing made anew.
"""

import csv
import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from courses.models import Pair
from datasets import refusals
from datasets.folders import class_folder, pair_folder
from datasets.models import Clip
from datasets.stored_zip import Member, Slice, StoredZip
from uploads.storage import local_copy

_LOCAL_HEADER = struct.Struct("<26x2H")
COLUMNS = (
    "sequence", "name", "seconds", "width", "height", "frame_rate", "taken_at_rate", "frames", "left_out", "sha256",
)  # fmt: skip
#: A cell that a spreadsheet would take for a formula.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class FrameArchive:
    """A zip to send. ``etag`` names its bytes; ``close`` lets go of the files it is made of."""

    name: str
    content: StoredZip
    etag: str
    modified_at: datetime
    _held: ExitStack = field(default_factory=ExitStack, repr=False)

    def close(self) -> None:
        self._held.close()


def archive_of_clip(clip: Clip) -> FrameArchive:
    """One sequence. Raises Refusal where it has no frames yet, FileNotFoundError when they are gone."""
    return _archive([clip], f"{_root(clip.pair).replace('/', '-')}-{clip.sequence or clip.pk}.zip")


def archive_of_pair(pair: Pair) -> FrameArchive:
    """Every sequence that is ready, with a table of them. Raises as ``archive_of_clip`` does."""
    clips = pair.clips.select_related("pair__course", "pair__object_class", "frames").filter(sequence__isnull=False)
    return _archive(list(clips), f"{_root(pair).replace('/', '-')}.zip", with_table=True)


def _archive(clips: list[Clip], name: str, *, with_table: bool = False) -> FrameArchive:
    ready = [clip for clip in clips if clip.frames is not None]
    if not ready:
        raise refusals.no_frames_yet()
    root = _root(ready[0].pair)
    with ExitStack() as held:
        members: list[Member] = []
        for clip in ready:
            assert clip.frames is not None
            path = held.enter_context(local_copy(clip.frames))
            members += _members(path, f"{root}/{clip.sequence or clip.pk}")
        if with_table:
            table = _table(ready)
            members.append(Member(f"{root}/clips.csv", zlib.crc32(table), table))
        lines = "".join(f"{each.name} {each.crc} {each.size}\n" for each in members)
        modified_at = max(clip.frames.created_at for clip in ready if clip.frames).replace(microsecond=0)
        etag = hashlib.sha256(lines.encode()).hexdigest()
        return FrameArchive(name, StoredZip(members), etag, modified_at, held.pop_all())


def _root(pair: Pair) -> str:
    others = Pair.objects.filter(course=pair.course_id).exclude(pk=pair.pk).values_list("name", flat=True)
    kind = class_folder(pair.object_class.name if pair.object_class else None)
    return f"{kind}/{pair_folder(pair.name, pair.pk, others)}"


def _members(path: Path, folder: str) -> Iterator[Member]:
    """What an archive of the worker's holds, under another folder; its bytes stay where they are."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for entry in archive.infolist():
            if entry.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{entry.filename} is not stored as it is")
            file.seek(entry.header_offset)
            header = file.read(_LOCAL_HEADER.size)
            name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)
            start = entry.header_offset + len(header) + name_bytes + extra_bytes
            name = entry.filename.removeprefix(f"{Clip.FOLDER}/")
            yield Member(f"{folder}/{name}", entry.CRC, Slice(path, start, entry.file_size))


def _table(clips: Iterable[Clip]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for clip in clips:
        facts = clip.facts or {}
        shown = f"'{clip.name}" if clip.name.startswith(_DANGEROUS) else clip.name
        figures = [facts.get(name) for name in ("duration_seconds", "width", "height", "frame_rate")]
        counts = [clip.frame_rate, clip.frame_count, clip.duplicate_count, clip.sha256]
        writer.writerow([clip.sequence, shown, *figures, *counts])
    return out.getvalue().encode()
